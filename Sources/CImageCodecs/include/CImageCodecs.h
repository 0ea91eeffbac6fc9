// Image codecs behind plain functions: errors come back as values, and no jump or message leaves a call.
#ifndef CIMAGECODECS_H
#define CIMAGECODECS_H

#include <stddef.h>
#include <stdint.h>

typedef enum {
    CIC_OK = 0,
    CIC_TRUNCATED,  // the bytes end before the image does
    CIC_CORRUPT,    // the codec refuses the bytes; the message is its reason
    CIC_UNSUPPORTED // sound as far as is known, but of a kind that is not decoded; the message says which
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

typedef struct {
    uint32_t width, height;  // as stored, before any orientation
    uint8_t components;      // of the file: 1 grey, 3 colour, 4 CMYK
    uint8_t channels;        // that are read: 1, or 3 for red, green and blue
    uint8_t progressive;     // 0 or 1
} cic_jpeg_info;

// Reads all that precedes the pixels.
cic_status cic_jpeg_read_info(const uint8_t *bytes, size_t count, cic_jpeg_info *info, cic_message *message);

// Reads the pixels, channel after channel, from the top row: YCbCr becomes RGB, and CMYK becomes RGB by (1 - C)(1 - K)
// without a colour profile. `samples` has room for the info's width * height * channels of them, and `size` is that.
cic_status cic_jpeg_read(const uint8_t *bytes, size_t count, uint8_t *samples, size_t size, cic_message *message);

// A TIFF file whose current page is read; pages are passed in order.
typedef struct cic_tiff cic_tiff;

typedef enum { CIC_UNSIGNED = 1, CIC_SIGNED = 2, CIC_FLOAT = 3 } cic_number;

typedef enum { CIC_PAGE_GRAY, CIC_PAGE_RGB, CIC_PAGE_PALETTE } cic_page_color;

typedef struct {
    uint32_t width, height;  // as stored, before any orientation
    uint16_t channels;       // of a pixel, alpha included
    uint16_t bit_depth;      // of a sample in the file: 1, 2, 4, 8, 16, 32 or 64
    uint16_t sample_size;    // bytes of a sample that is read: 1, 2, 4 or 8
    uint16_t orientation;    // 1 to 8, as in EXIF
    cic_number number;
    cic_page_color color;
    uint8_t has_alpha;    // 0 or 1: the last channel is transparency
    uint8_t is_secondary; // 0 or 1: a thumbnail or transparency mask of another page
    uint16_t palette_count;
    uint8_t palette[3 * 256];  // red, green, blue; filled for palette pages alone
} cic_tiff_page;

// Opens the file behind a descriptor, which stays the caller's and open until after `cic_tiff_close`.
cic_status cic_tiff_open(int descriptor, cic_tiff **tiff, cic_message *message);

// What the current page holds.
cic_status cic_tiff_page_info(cic_tiff *tiff, cic_tiff_page *page, cic_message *message);

// Goes to the next page; `*is_there` is 0 after the last one.
cic_status cic_tiff_next_page(cic_tiff *tiff, int *is_there, cic_message *message);

// Reads the current page, described by `page`, in the host's byte order and without scaling; grey that counts from white
// is turned over. The rows of channel c start at sample c * channel_stride of `samples`.
cic_status cic_tiff_read_page(cic_tiff *tiff, const cic_tiff_page *page, void *samples, size_t channel_stride,
                              cic_message *message);

void cic_tiff_close(cic_tiff *tiff);

// Writes pages of grey bytes, [pages, height, width], deflated. `*file` is to be freed with `cic_free`, and is null after a
// failure.
cic_status cic_tiff_write(const uint8_t *samples, uint32_t width, uint32_t height, uint32_t pages, uint8_t **file,
                          size_t *count, cic_message *message);

void cic_free(void *memory);

#endif
