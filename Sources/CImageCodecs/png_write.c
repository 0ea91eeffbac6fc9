#include <stdlib.h>
#include <string.h>

#include "png_common.h"

typedef struct {
    png_structp png;
    png_infop info;
    uint8_t *bytes;
    size_t count, capacity;
} writer;

typedef struct {
    const uint8_t *samples;
    uint32_t width, height;
    uint8_t bit_depth, channels;
} picture;

static void give(png_structp png, png_bytep source, size_t count) {
    writer *writer = png_get_io_ptr(png);
    if (count > writer->capacity - writer->count) {
        const size_t capacity = 2 * (writer->capacity + count);
        uint8_t *bytes = realloc(writer->bytes, capacity);
        if (!bytes) png_error(png, "no memory for the file");
        writer->bytes = bytes;
        writer->capacity = capacity;
    }
    memcpy(writer->bytes + writer->count, source, count);
    writer->count += count;
}

static void flush(png_structp png) { (void)png; }

// Gets all its state by pointer: locals of its own would be undefined after the jump.
static int write_picture(writer *writer, const picture *picture) {
    if (setjmp(png_jmpbuf(writer->png))) return 0;
    png_set_write_fn(writer->png, writer, give, flush);
    png_set_IHDR(writer->png, writer->info, picture->width, picture->height, picture->bit_depth,
                 picture->channels == 3 ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(writer->png, writer->info);
    if (picture->bit_depth == 16 && cic_host_is_little_endian()) png_set_swap(writer->png);
    const size_t row = (size_t)picture->width * picture->channels * (picture->bit_depth / 8);
    for (uint32_t y = 0; y < picture->height; y++) png_write_row(writer->png, picture->samples + y * row);
    png_write_end(writer->png, writer->info);
    return 1;
}

cic_status cic_png_write(const uint8_t *samples, uint32_t width, uint32_t height, uint8_t bit_depth, uint8_t channels,
                         uint8_t **png, size_t *count, cic_message *message) {
    const picture picture = {samples, width, height, bit_depth, channels};
    writer writer;
    memset(&writer, 0, sizeof writer);
    memset(message, 0, sizeof *message);
    writer.png = png_create_write_struct(PNG_LIBPNG_VER_STRING, message, cic_png_fail, cic_png_drop_warning);
    if (writer.png) writer.info = png_create_info_struct(writer.png);
    if (!writer.info) strncpy(message->text, "libpng cannot be set up", sizeof message->text - 1);
    const int is_done = writer.info && write_picture(&writer, &picture);
    png_destroy_write_struct(&writer.png, &writer.info);
    if (!is_done) free(writer.bytes);
    *png = is_done ? writer.bytes : NULL;
    *count = is_done ? writer.count : 0;
    return is_done ? CIC_OK : CIC_CORRUPT;
}
