#include <stdlib.h>
#include <string.h>

#include "tiff_common.h"

// A file in memory, as libtiff sees it.
typedef struct {
    uint8_t *bytes;
    size_t count, capacity, position;
} memory_file;

static tmsize_t file_read(thandle_t handle, void *target, tmsize_t count) {
    memory_file *file = handle;
    if (count < 0 || file->position > file->count) return -1;
    if ((size_t)count > file->count - file->position) count = (tmsize_t)(file->count - file->position);
    memcpy(target, file->bytes + file->position, (size_t)count);
    file->position += (size_t)count;
    return count;
}

static tmsize_t file_write(thandle_t handle, void *source, tmsize_t count) {
    memory_file *file = handle;
    const size_t end = file->position + (size_t)count;
    if (count < 0 || end < file->position) return -1;
    if (end > file->capacity) {
        const size_t capacity = 2 * end;
        uint8_t *bytes = realloc(file->bytes, capacity);
        if (!bytes) return -1;
        memset(bytes + file->capacity, 0, capacity - file->capacity);
        file->bytes = bytes;
        file->capacity = capacity;
    }
    memcpy(file->bytes + file->position, source, (size_t)count);
    file->position = end;
    if (end > file->count) file->count = end;
    return count;
}

static toff_t file_seek(thandle_t handle, toff_t offset, int whence) {
    memory_file *file = handle;
    const toff_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? file->position : file->count;
    file->position = (size_t)(base + offset);
    return file->position;
}

static int file_close(thandle_t handle) {
    (void)handle;
    return 0;
}

static toff_t file_size(thandle_t handle) { return ((memory_file *)handle)->count; }

static TIFF *open_file(memory_file *file, cic_message *message) {
#if CIC_TIFF_HAS_OPTIONS
    TIFFOpenOptions *options = cic_tiff_options(message);
    if (!options) return NULL;
    TIFF *tiff = TIFFClientOpenExt("image", "wm", file, file_read, file_write, file_seek, file_close, file_size, NULL, NULL,
                                   options);
    TIFFOpenOptionsFree(options);
    return tiff;
#else
    (void)message;
    cic_tiff_silence();
    return TIFFClientOpen("image", "wm", file, file_read, file_write, file_seek, file_close, file_size, NULL, NULL);
#endif
}

static int write_page(TIFF *tiff, const uint8_t *samples, uint32_t width, uint32_t height, uint32_t page, uint32_t pages) {
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, width);
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, height);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 8);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
    TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_UINT);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
    TIFFSetField(tiff, TIFFTAG_COMPRESSION, COMPRESSION_ADOBE_DEFLATE);
    TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, TIFFDefaultStripSize(tiff, 0));
    if (pages > 1) {
        TIFFSetField(tiff, TIFFTAG_SUBFILETYPE, FILETYPE_PAGE);
        TIFFSetField(tiff, TIFFTAG_PAGENUMBER, (int)(page & 0xffff), (int)(pages & 0xffff));
    }
    for (uint32_t y = 0; y < height; y++) {
        // libtiff only reads the row; the declaration lacks the const.
        if (TIFFWriteScanline(tiff, (void *)(samples + (size_t)y * width), y, 0) != 1) return 0;
    }
    return TIFFWriteDirectory(tiff);
}

cic_status cic_tiff_write(const uint8_t *samples, uint32_t width, uint32_t height, uint32_t pages, uint8_t **result,
                          size_t *count, cic_message *message) {
    memory_file file;
    memset(&file, 0, sizeof file);
    memset(message, 0, sizeof *message);
    TIFF *tiff = open_file(&file, message);
    int is_done = tiff != NULL;
    for (uint32_t page = 0; is_done && page < pages; page++) {
        is_done = write_page(tiff, samples + (size_t)page * width * height, width, height, page, pages);
    }
    if (tiff) TIFFClose(tiff);
    if (!is_done) free(file.bytes);
    *result = is_done ? file.bytes : NULL;
    *count = is_done ? file.count : 0;
    return is_done ? CIC_OK : cic_tiff_fail(CIC_CORRUPT, message, "libtiff cannot write it");
}
