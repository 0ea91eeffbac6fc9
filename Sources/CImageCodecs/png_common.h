// What reading and writing PNG share.
#ifndef PNG_COMMON_H
#define PNG_COMMON_H

#include <png.h>

#include "CImageCodecs.h"

// Copies libpng's reason out and jumps back into the call that set the jump up. The error pointer is a cic_message.
void cic_png_fail(png_structp png, png_const_charp reason);

// libpng would print its warnings.
void cic_png_drop_warning(png_structp png, png_const_charp reason);

// Whether 16-bit samples must be turned around: PNG is big-endian.
int cic_host_is_little_endian(void);

#endif
