#pragma once

/// Of a library that lies beside the application which is linked with it.
const char* beside();

/// Writes to no memory.
extern "C" void crash_beside();
