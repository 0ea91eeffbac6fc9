#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tiff_common.h"

struct cic_tiff {
    TIFF *tiff;
    cic_message message;  // libtiff's reason; emptied before each call
};

// What libtiff says of the current page.
typedef struct {
    uint16_t bits, samples, format, photometric, planar, compression, orientation;
    uint16_t extra_count;
    uint16_t *extra;
    uint32_t subfile;
} tags;

static cic_status give(cic_status status, cic_tiff *tiff, cic_message *message, const char *reason) {
    memset(message, 0, sizeof *message);
    if (status == CIC_OK) return status;
    *message = tiff->message;
    return cic_tiff_fail(status, message, reason);
}

cic_status cic_tiff_open(int descriptor, cic_tiff **result, cic_message *message) {
    *result = NULL;
    memset(message, 0, sizeof *message);
    cic_tiff *tiff = calloc(1, sizeof *tiff);
    if (!tiff) return cic_tiff_fail(CIC_CORRUPT, message, "libtiff cannot be set up");
        // Not mapped: a file that shrinks while it is read would end the process.
#if CIC_TIFF_HAS_OPTIONS
    TIFFOpenOptions *options = cic_tiff_options(&tiff->message);
    if (options) {
        tiff->tiff = TIFFFdOpenExt(descriptor, "image", "rm", options);
        TIFFOpenOptionsFree(options);
    }
#else
    cic_tiff_silence();
    tiff->tiff = TIFFFdOpen(descriptor, "image", "rm");
#endif
    if (!tiff->tiff) {
        const cic_status status = give(CIC_CORRUPT, tiff, message, "it has no readable first page");
        free(tiff);
        return status;
    }
    *result = tiff;
    return CIC_OK;
}

void cic_tiff_close(cic_tiff *tiff) {
    if (!tiff) return;
    TIFFCleanup(tiff->tiff);  // TIFFClose would close the caller's descriptor too
    free(tiff);
}

cic_status cic_tiff_next_page(cic_tiff *tiff, int *is_there, cic_message *message) {
    tiff->message.text[0] = 0;
    *is_there = 0;
    if (TIFFLastDirectory(tiff->tiff)) return give(CIC_OK, tiff, message, "");
    if (!TIFFReadDirectory(tiff->tiff)) return give(CIC_CORRUPT, tiff, message, "a page cannot be read");
    *is_there = 1;
    return give(CIC_OK, tiff, message, "");
}

static tags tags_of(TIFF *tiff) {
    tags tags;
    memset(&tags, 0, sizeof tags);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &tags.bits);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &tags.samples);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLEFORMAT, &tags.format);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &tags.planar);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_COMPRESSION, &tags.compression);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_ORIENTATION, &tags.orientation);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_SUBFILETYPE, &tags.subfile);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_EXTRASAMPLES, &tags.extra_count, &tags.extra);
    // Writers of grey sometimes leave it out.
    if (!TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &tags.photometric)) {
        tags.photometric = tags.samples - tags.extra_count == 3 ? PHOTOMETRIC_RGB : PHOTOMETRIC_MINISBLACK;
    }
    return tags;
}

static int color_channels(const tags *tags) { return tags->samples - tags->extra_count; }

// Why a page cannot be decoded, or null where it can.
static const char *obstacle(const tags *tags) {
    if (!TIFFIsCODECConfigured(tags->compression)) return "a compression that this libtiff was built without";
    switch (tags->photometric) {
        case PHOTOMETRIC_MINISWHITE:
            if (tags->format != SAMPLEFORMAT_UINT || tags->samples != 1) return "grey counted from white in such samples";
            break;
        case PHOTOMETRIC_MINISBLACK: break;
        case PHOTOMETRIC_PALETTE:
            if (tags->samples != 1 || tags->bits > 8) return "a palette of more than 256 colours";
            break;
        case PHOTOMETRIC_RGB:
            // A fourth sample that nothing is said of is transparency or nothing.
            if (color_channels(tags) != 3 && tags->samples != 4) return "RGB pixels without three colours";
            break;
        case PHOTOMETRIC_YCBCR:
            if (tags->compression != COMPRESSION_JPEG) return "YCbCr pixels outside JPEG compression";
            if (tags->samples != 3) return "YCbCr pixels without three samples";
            break;
        case PHOTOMETRIC_SEPARATED: return "CMYK pixels";
        default: return "pixels that are neither grey, RGB nor indices";
    }
    switch (tags->format) {
        case SAMPLEFORMAT_UINT:
        case SAMPLEFORMAT_VOID:
            switch (tags->bits) {
                case 1:
                case 2:
                case 4: return tags->samples == 1 ? NULL : "several samples of less than 8 bits";
                case 8:
                case 16:
                case 32:
                case 64: return NULL;
                default: return "unsigned samples of an odd number of bits";
            }
        case SAMPLEFORMAT_INT:
            switch (tags->bits) {
                case 8:
                case 16:
                case 32:
                case 64: return NULL;
                default: return "signed samples of an odd number of bits";
            }
        case SAMPLEFORMAT_IEEEFP: return tags->bits == 32 || tags->bits == 64 ? NULL : "floating-point samples of 16 or 24 bits";
        default: return "complex samples";
    }
}

// Whether the file ends inside the current page's directory. libtiff takes a lost link to the next page for the last one.
static int is_cut_off(TIFF *tiff) {
    const int is_big = TIFFIsBigTIFF(tiff);
    const thandle_t file = TIFFClientdata(tiff);
    const uint64_t start = TIFFCurrentDirOffset(tiff);
    const uint64_t size = TIFFGetSizeProc(tiff)(file);
    union {
        uint16_t small;
        uint64_t big;
    } count;
    const tmsize_t width = is_big ? 8 : 2;
    if (TIFFGetSeekProc(tiff)(file, start, SEEK_SET) != start) return 1;
    if (TIFFGetReadProc(tiff)(file, &count, width) != width) return 1;
    if (TIFFIsByteSwapped(tiff)) {
        if (is_big) TIFFSwabLong8(&count.big);
        else TIFFSwabShort(&count.small);
    }
    const uint64_t entries = is_big ? count.big : count.small;
    const uint64_t entry = is_big ? 20 : 12;
    const uint64_t ends = (uint64_t)width + (is_big ? 8 : 4);
    return size < start || size - start < ends || entries > (size - start - ends) / entry;
}

// A page's samples take at most this many bytes from the file where they are not compressed.
static int is_beyond_file(TIFF *tiff, const tags *tags, uint32_t width, uint32_t height) {
    if (tags->compression != COMPRESSION_NONE) return 0;
    const uint64_t row = ((uint64_t)width * tags->samples * tags->bits + 7) / 8;
    const uint64_t size = TIFFGetSizeProc(tiff)(TIFFClientdata(tiff));
    return row > size || row * height > size;
}

static void take_palette(TIFF *tiff, const tags *tags, cic_tiff_page *page) {
    uint16_t *red, *green, *blue;
    if (!TIFFGetField(tiff, TIFFTAG_COLORMAP, &red, &green, &blue)) return;
    page->palette_count = (uint16_t)(1u << tags->bits);
    for (int i = 0; i < page->palette_count; i++) {
        page->palette[3 * i] = (uint8_t)(red[i] >> 8);
        page->palette[3 * i + 1] = (uint8_t)(green[i] >> 8);
        page->palette[3 * i + 2] = (uint8_t)(blue[i] >> 8);
    }
}

cic_status cic_tiff_page_info(cic_tiff *tiff, cic_tiff_page *page, cic_message *message) {
    tiff->message.text[0] = 0;
    memset(page, 0, sizeof *page);
    if (is_cut_off(tiff->tiff)) return give(CIC_TRUNCATED, tiff, message, "the file ends inside a page's directory");
    const tags tags = tags_of(tiff->tiff);
    page->is_secondary = (tags.subfile & (FILETYPE_REDUCEDIMAGE | FILETYPE_MASK)) != 0;
    if (page->is_secondary) return give(CIC_OK, tiff, message, "");
    if (!TIFFGetField(tiff->tiff, TIFFTAG_IMAGEWIDTH, &page->width) ||
        !TIFFGetField(tiff->tiff, TIFFTAG_IMAGELENGTH, &page->height) || !page->width || !page->height || !tags.samples) {
        return give(CIC_CORRUPT, tiff, message, "a page has no size");
    }
    const char *reason = obstacle(&tags);
    if (reason) return give(CIC_UNSUPPORTED, tiff, message, reason);
    if (is_beyond_file(tiff->tiff, &tags, page->width, page->height)) {
        return give(CIC_TRUNCATED, tiff, message, "the file is too short for its pixels");
    }
    page->channels = tags.samples;
    page->bit_depth = tags.bits;
    page->sample_size = tags.bits < 8 ? 1 : tags.bits / 8;
    page->orientation = 1 <= tags.orientation && tags.orientation <= 8 ? tags.orientation : 1;
    page->number = tags.format == SAMPLEFORMAT_IEEEFP ? CIC_FLOAT : tags.format == SAMPLEFORMAT_INT ? CIC_SIGNED : CIC_UNSIGNED;
    page->color = tags.photometric == PHOTOMETRIC_PALETTE ? CIC_PAGE_PALETTE
                  : tags.photometric == PHOTOMETRIC_RGB || tags.photometric == PHOTOMETRIC_YCBCR ? CIC_PAGE_RGB
                                                                                                 : CIC_PAGE_GRAY;
    page->has_alpha = (tags.extra_count > 0 && tags.extra && tags.extra[tags.extra_count - 1] != EXTRASAMPLE_UNSPECIFIED) ||
                      (page->color == CIC_PAGE_RGB && tags.samples == 4);
    if (page->color == CIC_PAGE_PALETTE) take_palette(tiff->tiff, &tags, page);
    return give(CIC_OK, tiff, message, "");
}

// One row or tile row on its way into the planes.
typedef struct {
    const cic_tiff_page *page;
    uint8_t *samples;
    size_t stride;     // samples from one channel to the next
    int is_from_white;  // grey that is to be turned over
} target;

// Places `count` pixels, `channels` of them interleaved, from column x of row y on, into the planes from `first` on.
static void place(const target *target, const uint8_t *row, size_t x, size_t y, size_t count, size_t first, size_t channels) {
    const cic_tiff_page *page = target->page;
    const size_t size = page->sample_size;
    for (size_t channel = 0; channel < channels; channel++) {
        uint8_t *to = target->samples + ((first + channel) * target->stride + y * page->width + x) * size;
        if (page->bit_depth < 8) {
            const unsigned mask = (1u << page->bit_depth) - 1;
            for (size_t i = 0; i < count; i++) {
                const size_t bit = i * page->bit_depth;
                to[i] = (uint8_t)((row[bit / 8] >> (8 - page->bit_depth - bit % 8)) & mask);
            }
        } else if (channels == 1) {
            memcpy(to, row, count * size);
        } else {
            for (size_t i = 0; i < count; i++) memcpy(to + i * size, row + (i * channels + channel) * size, size);
        }
        if (target->is_from_white) {
            const uint8_t most = page->bit_depth < 8 ? (uint8_t)((1u << page->bit_depth) - 1) : 255;
            for (size_t i = 0; i < count * size; i++) to[i] ^= most;
        }
    }
}

static int read_rows(TIFF *tiff, const target *target, int is_planar) {
    const cic_tiff_page *page = target->page;
    const tmsize_t size = TIFFScanlineSize(tiff);
    const size_t channels = is_planar ? 1 : page->channels;
    const size_t needed = ((size_t)page->width * channels * page->bit_depth + 7) / 8;
    if (size <= 0 || (size_t)size < needed) return 0;
    uint8_t *row = malloc((size_t)size);
    int is_done = row != NULL;
    for (uint16_t plane = 0; is_done && plane < (is_planar ? page->channels : 1); plane++) {
        for (uint32_t y = 0; is_done && y < page->height; y++) {
            is_done = TIFFReadScanline(tiff, row, y, plane) == 1;
            if (is_done) place(target, row, 0, y, page->width, plane, channels);
        }
    }
    free(row);
    return is_done;
}

static int read_tiles(TIFF *tiff, const target *target, int is_planar) {
    const cic_tiff_page *page = target->page;
    uint32_t width = 0, height = 0;
    TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &width);
    TIFFGetField(tiff, TIFFTAG_TILELENGTH, &height);
    // Tiles far larger than their image are no writer's; they would only take memory.
    if (!width || !height || (width > 1024 && width / 2 > page->width) || (height > 1024 && height / 2 > page->height)) return 0;
    const size_t channels = is_planar ? 1 : page->channels;
    const size_t row = ((size_t)width * channels * page->bit_depth + 7) / 8;
    const tmsize_t size = TIFFTileSize(tiff);
    if (size <= 0 || (size_t)size < row * height) return 0;
    uint8_t *tile = malloc((size_t)size);
    int is_done = tile != NULL;
    for (uint16_t plane = 0; is_done && plane < (is_planar ? page->channels : 1); plane++) {
        for (uint32_t top = 0; is_done && top < page->height; top += height) {
            for (uint32_t left = 0; is_done && left < page->width; left += width) {
                is_done = TIFFReadTile(tiff, tile, left, top, 0, plane) > 0;
                const uint32_t rows = page->height - top < height ? page->height - top : height;
                const uint32_t columns = page->width - left < width ? page->width - left : width;
                for (uint32_t y = 0; is_done && y < rows; y++) {
                    place(target, tile + y * row, left, top + y, columns, plane, channels);
                }
                if (page->width - left <= width) break;
            }
            if (page->height - top <= height) break;
        }
    }
    free(tile);
    return is_done;
}

cic_status cic_tiff_read_page(cic_tiff *tiff, const cic_tiff_page *page, void *samples, size_t channel_stride,
                              cic_message *message) {
    tiff->message.text[0] = 0;
    const tags tags = tags_of(tiff->tiff);
    if (tags.photometric == PHOTOMETRIC_YCBCR) TIFFSetField(tiff->tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
    const target target = {page, samples, channel_stride, tags.photometric == PHOTOMETRIC_MINISWHITE};
    const int is_planar = tags.planar == PLANARCONFIG_SEPARATE && page->channels > 1;
    const int is_done =
        TIFFIsTiled(tiff->tiff) ? read_tiles(tiff->tiff, &target, is_planar) : read_rows(tiff->tiff, &target, is_planar);
    // libtiff goes on after some damage and only reports it.
    if (is_done && !tiff->message.text[0]) return give(CIC_OK, tiff, message, "");
    return give(CIC_CORRUPT, tiff, message, "its pixels cannot be decoded");
}
