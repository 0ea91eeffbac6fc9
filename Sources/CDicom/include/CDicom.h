// GDCM behind a C ABI: its codecs, and its writer of files.
//
// The functions lie in DicomBinding, which is linked against GDCM: part of the program, or a shared library beside it that is
// loaded with the first DICOM file. Nothing is thrown across; a status of 0 is success.

#ifndef CDICOM_H
#define CDICOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    // The content is no DICOM, or damaged.
    CD_DAMAGED = 1,
    // Sound, but of a kind that is not decoded.
    CD_UNSUPPORTED = 2,
    CD_OUT_OF_MEMORY = 3,
    // The data set lacks what every file has.
    CD_INCOMPLETE = 4,
};

// Elements are named by group and element in one number: 0x00280010 are the rows.
typedef uint32_t cd_tag;

// A data set that is made.
typedef struct cd_made cd_made;

// Grey pixels, one sample each.
typedef struct {
    uint32_t rows, columns, frames;
    uint16_t bits_allocated, bits_stored, high_bit;
    bool is_signed;
    // Whether the lowest value is white.
    bool is_inverted;
} cd_pixel_format;

typedef struct {
    // For whoever was built against another header: sizeof(cd_functions).
    size_t size;

    // Decodes all frames, which a transfer syntax packed into fragments, the table of frames being the first of these.
    int (*decode)(
        const cd_pixel_format *format, const char *syntax, const uint8_t *const *fragments, const size_t *lengths, size_t count,
        void *bytes, size_t byte_count);

    cd_made *(*make)(void);
    void (*free_made)(cd_made *root);
    // Enters an element; the bytes are little endian and of even length.
    int (*put)(cd_made *set, cd_tag tag, const char *vr, const void *bytes, size_t length);
    // A new item at the end of a sequence; it lives as long as its root.
    cd_made *(*add)(cd_made *set, cd_tag tag);
    // Gives the data set as the bytes of a DICOM file, explicit little endian, after a header that names its SOP class and instance.
    int (*write)(const cd_made *root, void (*take)(void *context, const void *bytes, size_t length), void *context);
} cd_functions;

// The functions; NULL, with the reason in `problem`, where there is no binding or it was built without GDCM.
const cd_functions *cd_load(char *problem, size_t capacity);

#ifdef __cplusplus
}
#endif
#endif
