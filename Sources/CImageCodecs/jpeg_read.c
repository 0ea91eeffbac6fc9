#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

#include "CImageCodecs.h"

// Progressive files refine in about ten scans; a few bytes a scan could otherwise keep a decoder busy for hours.
enum { MOST_SCANS = 200 };

typedef struct {
    struct jpeg_decompress_struct codec;
    struct jpeg_error_mgr errors;
    struct jpeg_source_mgr source;
    struct jpeg_progress_mgr progress;
    jmp_buf escape;
    cic_message *message;
    cic_status status;
} decoder;

static decoder *decoder_of(j_common_ptr codec) { return codec->client_data; }

static void fail(decoder *decoder, cic_status status, const char *reason) {
    decoder->status = status;
    strncpy(decoder->message->text, reason, sizeof decoder->message->text - 1);
    longjmp(decoder->escape, 1);
}

static cic_status status_of(int code) {
    switch (code) {
        case JERR_ARITH_NOTIMPL:
        case JERR_BAD_PRECISION:
        case JERR_CCIR601_NOTIMPL:
        case JERR_COMPONENT_COUNT:
        case JERR_CONVERSION_NOTIMPL:
        case JERR_FRACT_SAMPLE_NOTIMPL:
        case JERR_NOT_COMPILED:
        case JERR_SOF_UNSUPPORTED: return CIC_UNSUPPORTED;
        default: return CIC_CORRUPT;
    }
}

static void on_error(j_common_ptr codec) {
    char reason[JMSG_LENGTH_MAX];
    codec->err->format_message(codec, reason);
    fail(decoder_of(codec), status_of(codec->err->msg_code), reason);
}

// libjpeg warns of damage to the pixels and goes on with made-up ones; other warnings do not touch the pixels.
static void on_message(j_common_ptr codec, int level) {
    if (level >= 0) return;
    switch (codec->err->msg_code) {
        case JWRN_ARITH_BAD_CODE:
        case JWRN_HIT_MARKER:
        case JWRN_HUFF_BAD_CODE:
        case JWRN_JPEG_EOF:
        case JWRN_MUST_RESYNC: on_error(codec);
        default: break;
    }
}

static void on_progress(j_common_ptr codec) {
    if (((j_decompress_ptr)codec)->input_scan_number > MOST_SCANS) {
        fail(decoder_of(codec), CIC_CORRUPT, "it has more than 200 scans");
    }
}

static void start_source(j_decompress_ptr codec) { (void)codec; }

static boolean need_bytes(j_decompress_ptr codec) {
    fail(decoder_of((j_common_ptr)codec), CIC_TRUNCATED, "the bytes end");
    return FALSE;
}

static void skip_bytes(j_decompress_ptr codec, long count) {
    if (count <= 0) return;
    if ((size_t)count > codec->src->bytes_in_buffer) need_bytes(codec);
    codec->src->next_input_byte += count;
    codec->src->bytes_in_buffer -= (size_t)count;
}

static void set_up(decoder *decoder, const uint8_t *bytes, size_t count, cic_message *message) {
    memset(decoder, 0, sizeof *decoder);
    memset(message, 0, sizeof *message);
    decoder->message = message;
    decoder->codec.err = jpeg_std_error(&decoder->errors);
    decoder->errors.error_exit = on_error;
    decoder->errors.emit_message = on_message;
    decoder->source.init_source = start_source;
    decoder->source.fill_input_buffer = need_bytes;
    decoder->source.skip_input_data = skip_bytes;
    decoder->source.resync_to_restart = jpeg_resync_to_restart;
    decoder->source.term_source = start_source;
    decoder->source.next_input_byte = bytes;
    decoder->source.bytes_in_buffer = count;
    decoder->progress.progress_monitor = on_progress;
}

// The functions that set a jump up get all their state by pointer: locals of their own would be undefined after the jump.

static void read_header(decoder *decoder, cic_jpeg_info *info) {
    struct jpeg_decompress_struct *codec = &decoder->codec;
    const size_t count = decoder->source.bytes_in_buffer;
    jpeg_create_decompress(codec);
    codec->client_data = decoder;
    codec->src = &decoder->source;
    codec->progress = &decoder->progress;
    jpeg_read_header(codec, TRUE);
    if (codec->arith_code) fail(decoder, CIC_UNSUPPORTED, "arithmetic coding");
    info->width = codec->image_width;
    info->height = codec->image_height;
    info->components = (uint8_t)codec->num_components;
    info->progressive = codec->progressive_mode != 0;
    switch (codec->num_components) {
        case 1: codec->out_color_space = JCS_GRAYSCALE; break;
        case 3: codec->out_color_space = JCS_RGB; break;
        case 4: codec->out_color_space = JCS_CMYK; break;
        default: fail(decoder, CIC_UNSUPPORTED, "an unknown number of components");
    }
    info->channels = codec->num_components == 1 ? 1 : 3;
    // Huffman codes spend at least one bit on each block of 8 × 8 samples, so a header cannot ask for more than that.
    uint64_t blocks = 0;
    for (int i = 0; i < codec->num_components; i++) {
        blocks += (uint64_t)codec->comp_info[i].width_in_blocks * codec->comp_info[i].height_in_blocks;
    }
    if (blocks > 8 * (uint64_t)count) fail(decoder, CIC_TRUNCATED, "the bytes cannot hold so many pixels");
}

static int read_info(decoder *decoder, cic_jpeg_info *info) {
    if (setjmp(decoder->escape)) return 0;
    read_header(decoder, info);
    return 1;
}

// From inverted ink, as every writer since Photoshop stores it: 255 is none.
static void spread_cmyk(const uint8_t *row, uint8_t *samples, size_t plane, size_t width) {
    for (size_t x = 0; x < width; x++) {
        for (size_t channel = 0; channel < 3; channel++) {
            samples[channel * plane + x] = (uint8_t)((row[4 * x + channel] * row[4 * x + 3] + 127) / 255);
        }
    }
}

static void spread(const uint8_t *row, uint8_t *samples, size_t plane, size_t width, size_t channels) {
    for (size_t channel = 0; channel < channels; channel++) {
        for (size_t x = 0; x < width; x++) samples[channel * plane + x] = row[channels * x + channel];
    }
}

static int read_samples(decoder *decoder, cic_jpeg_info *info, uint8_t *samples, size_t size) {
    if (setjmp(decoder->escape)) return 0;
    struct jpeg_decompress_struct *codec = &decoder->codec;
    read_header(decoder, info);
    const size_t plane = (size_t)info->width * info->height;
    if (size != plane * info->channels) fail(decoder, CIC_CORRUPT, "the room for samples does not fit");
    jpeg_start_decompress(codec);
    JSAMPARRAY row = codec->mem->alloc_sarray((j_common_ptr)codec, JPOOL_IMAGE,
                                              info->width * (JDIMENSION)codec->output_components, 1);
    while (codec->output_scanline < codec->output_height) {
        uint8_t *target = samples + (size_t)codec->output_scanline * info->width;
        jpeg_read_scanlines(codec, row, 1);
        if (info->components == 4) {
            spread_cmyk(row[0], target, plane, info->width);
        } else {
            spread(row[0], target, plane, info->width, info->channels);
        }
    }
    // To the end: a file that lacks its last marker is cut off.
    jpeg_finish_decompress(codec);
    return 1;
}

cic_status cic_jpeg_read_info(const uint8_t *bytes, size_t count, cic_jpeg_info *info, cic_message *message) {
    decoder decoder;
    set_up(&decoder, bytes, count, message);
    memset(info, 0, sizeof *info);
    const int is_done = read_info(&decoder, info);
    jpeg_destroy_decompress(&decoder.codec);
    return is_done ? CIC_OK : decoder.status;
}

cic_status cic_jpeg_read(const uint8_t *bytes, size_t count, uint8_t *samples, size_t size, cic_message *message) {
    decoder decoder;
    cic_jpeg_info info;
    set_up(&decoder, bytes, count, message);
    memset(&info, 0, sizeof info);
    const int is_done = read_samples(&decoder, &info, samples, size);
    jpeg_destroy_decompress(&decoder.codec);
    return is_done ? CIC_OK : decoder.status;
}
