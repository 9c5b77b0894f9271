#pragma once

// clang-format must refuse this.
inline int  sum( int a,int b ){return a+b ;}
