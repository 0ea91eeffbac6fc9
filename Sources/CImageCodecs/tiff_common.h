// What reading and writing TIFF share.
#ifndef TIFF_COMMON_H
#define TIFF_COMMON_H

#include <tiffio.h>

#include "CImageCodecs.h"

// Keeps libtiff's first reason in the message; libtiff returns a failure by itself, without a jump.
void cic_tiff_note(cic_message *message, const char *format, va_list values);

// Whether libtiff reports to each file's own handler. Before 4.5 its handlers are those of the whole process: they are
// silenced, and messages lack the reason.
#if TIFFLIB_VERSION >= 20221213
#define CIC_TIFF_HAS_OPTIONS 1
// Options that report to `message`; to be freed with TIFFOpenOptionsFree once the file is open.
TIFFOpenOptions *cic_tiff_options(cic_message *message);
#else
#define CIC_TIFF_HAS_OPTIONS 0
void cic_tiff_silence(void);
#endif

// The status, with a reason of one's own where libtiff gave none.
cic_status cic_tiff_fail(cic_status status, cic_message *message, const char *reason);

#endif
