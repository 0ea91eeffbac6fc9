#include "png_common.h"

#include <stdlib.h>
#include <string.h>

void cic_png_fail(png_structp png, png_const_charp reason) {
    cic_message *message = png_get_error_ptr(png);
    strncpy(message->text, reason, sizeof message->text - 1);
    message->text[sizeof message->text - 1] = 0;
    png_longjmp(png, 1);
}

void cic_png_drop_warning(png_structp png, png_const_charp reason) {
    (void)png;
    (void)reason;
}

int cic_host_is_little_endian(void) {
    const uint16_t one = 1;
    return *(const uint8_t *)&one == 1;
}

void cic_free(void *memory) { free(memory); }
