#include <string.h>

#include "png_common.h"

typedef struct {
    png_structp png;
    png_infop info;
    const uint8_t *bytes;
    size_t count, position;
    int is_truncated;
} reader;

static void take(png_structp png, png_bytep target, size_t count) {
    reader *reader = png_get_io_ptr(png);
    if (count > reader->count - reader->position) {
        reader->is_truncated = 1;
        png_error(png, "the bytes end");
    }
    memcpy(target, reader->bytes + reader->position, count);
    reader->position += count;
}

static int open_reader(reader *reader, const uint8_t *bytes, size_t count, cic_message *message) {
    memset(reader, 0, sizeof *reader);
    memset(message, 0, sizeof *message);
    reader->bytes = bytes;
    reader->count = count;
    reader->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, message, cic_png_fail, cic_png_drop_warning);
    if (reader->png) reader->info = png_create_info_struct(reader->png);
    if (!reader->info) strncpy(message->text, "libpng cannot be set up", sizeof message->text - 1);
    return reader->info != NULL;
}

static cic_status close_reader(reader *reader, int is_done) {
    png_destroy_read_struct(&reader->png, &reader->info, NULL);
    if (is_done) return CIC_OK;
    return reader->is_truncated ? CIC_TRUNCATED : CIC_CORRUPT;
}

// The functions that set a jump up get all their state by pointer: locals of their own would be undefined after the jump.

static void read_header(reader *reader) {
    png_set_read_fn(reader->png, reader, take);
    png_set_benign_errors(reader->png, 1);
    png_set_user_limits(reader->png, 1000000, 1000000);
    // No ancillary chunk bears on stored samples: text and profiles, which may be bombs, are passed over unread, so their
    // length does not matter either.
    png_set_keep_unknown_chunks(reader->png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
    png_set_chunk_malloc_max(reader->png, 0);
    png_read_info(reader->png, reader->info);
}

static int read_info(reader *reader, cic_png_info *info) {
    if (setjmp(png_jmpbuf(reader->png))) return 0;
    read_header(reader);
    info->width = png_get_image_width(reader->png, reader->info);
    info->height = png_get_image_height(reader->png, reader->info);
    info->bit_depth = png_get_bit_depth(reader->png, reader->info);
    info->color_type = png_get_color_type(reader->png, reader->info);
    info->channels = png_get_channels(reader->png, reader->info);
    info->interlaced = png_get_interlace_type(reader->png, reader->info) != PNG_INTERLACE_NONE;
    png_colorp palette = NULL;
    int colors = 0;
    if (info->color_type == PNG_COLOR_TYPE_PALETTE) png_get_PLTE(reader->png, reader->info, &palette, &colors);
    info->palette_count = (uint16_t)colors;
    for (int i = 0; i < colors; i++) {
        info->palette[3 * i] = palette[i].red;
        info->palette[3 * i + 1] = palette[i].green;
        info->palette[3 * i + 2] = palette[i].blue;
    }
    return 1;
}

static int read_samples(reader *reader, uint8_t *samples, size_t size) {
    if (setjmp(png_jmpbuf(reader->png))) return 0;
    read_header(reader);
    png_set_packing(reader->png);
    if (cic_host_is_little_endian()) png_set_swap(reader->png);
    const int passes = png_set_interlace_handling(reader->png);
    png_read_update_info(reader->png, reader->info);
    const size_t row = png_get_rowbytes(reader->png, reader->info);
    const png_uint_32 height = png_get_image_height(reader->png, reader->info);
    if (size / height != row || size % height != 0) png_error(reader->png, "the room for samples does not fit");
    for (int pass = 0; pass < passes; pass++) {
        for (png_uint_32 y = 0; y < height; y++) png_read_row(reader->png, samples + y * row, NULL);
    }
    // To the end: a file that lacks its last chunks is cut off.
    png_read_end(reader->png, NULL);
    return 1;
}

cic_status cic_png_read_info(const uint8_t *bytes, size_t count, cic_png_info *info, cic_message *message) {
    reader reader;
    memset(info, 0, sizeof *info);
    const int is_done = open_reader(&reader, bytes, count, message) && read_info(&reader, info);
    return close_reader(&reader, is_done);
}

cic_status cic_png_read(const uint8_t *bytes, size_t count, uint8_t *samples, size_t size, cic_message *message) {
    reader reader;
    const int is_done = open_reader(&reader, bytes, count, message) && read_samples(&reader, samples, size);
    return close_reader(&reader, is_done);
}
