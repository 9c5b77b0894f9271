#pragma once

/// Of a library that lies beside the application which is linked with it.
const char* beside();
