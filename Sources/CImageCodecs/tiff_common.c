#include "tiff_common.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void cic_tiff_note(cic_message *message, const char *format, va_list values) {
    if (message->text[0]) return;
    vsnprintf(message->text, sizeof message->text, format, values);
    // A tag's text could hold line ends.
    for (char *c = message->text; *c; c++) {
        if ((unsigned char)*c < ' ') *c = ' ';
    }
}

cic_status cic_tiff_fail(cic_status status, cic_message *message, const char *reason) {
    if (!message->text[0]) strncpy(message->text, reason, sizeof message->text - 1);
    return status;
}

#if CIC_TIFF_HAS_OPTIONS

static int on_error(TIFF *tiff, void *message, const char *module, const char *format, va_list values) {
    (void)tiff;
    (void)module;
    cic_tiff_note(message, format, values);
    return 1;
}

static int drop_warning(TIFF *tiff, void *message, const char *module, const char *format, va_list values) {
    (void)tiff;
    (void)message;
    (void)module;
    (void)format;
    (void)values;
    return 1;
}

TIFFOpenOptions *cic_tiff_options(cic_message *message) {
    TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
    if (!options) return NULL;
    TIFFOpenOptionsSetErrorHandlerExtR(options, on_error, message);
    TIFFOpenOptionsSetWarningHandlerExtR(options, drop_warning, NULL);
    return options;
}

#else

void cic_tiff_silence(void) {
    TIFFSetErrorHandler(NULL);
    TIFFSetWarningHandler(NULL);
}

#endif
