// Image codecs behind plain functions: errors come back as values, and no jump or message leaves a call.
#ifndef CIMAGECODECS_H
#define CIMAGECODECS_H

#include <stddef.h>
#include <stdint.h>

typedef enum {
    CIC_OK = 0,
    CIC_TRUNCATED,  // the bytes end before the image does
    CIC_CORRUPT     // the codec refuses the bytes; the message is its reason
} cic_status;

// The codec's own words, one line, ended by a zero.
typedef struct {
    char text[160];
} cic_message;

typedef struct {
    uint32_t width, height;
    uint8_t bit_depth;   // of the file: 1, 2, 4, 8 or 16
    uint8_t color_type;  // PNG's code: 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGB and alpha
    uint8_t channels;    // 1 to 4; a palette image has one, its indices
    uint8_t interlaced;  // 0 or 1
    uint16_t palette_count;
    uint8_t palette[3 * 256];  // red, green, blue; filled for palette images alone
} cic_png_info;

// Reads all that precedes the pixels.
cic_status cic_png_read_info(const uint8_t *bytes, size_t count, cic_png_info *info, cic_message *message);

// Reads the pixels, interleaved, from the top row: one byte a sample up to 8 bits, without scaling, and two in the host's
// order for 16 bits. `samples` has room for the info's width * height * channels of them, and `size` is that in bytes.
cic_status cic_png_read(const uint8_t *bytes, size_t count, uint8_t *samples, size_t size, cic_message *message);

// Writes interleaved samples of 8 or 16 bits (host's order) with 1 or 3 channels. `*png` is to be freed with `cic_free`,
// and is null after a failure.
cic_status cic_png_write(const uint8_t *samples, uint32_t width, uint32_t height, uint8_t bit_depth, uint8_t channels,
                         uint8_t **png, size_t *count, cic_message *message);

void cic_free(void *memory);

#endif
