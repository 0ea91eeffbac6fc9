// Pixels of all transfer syntaxes that GDCM decodes.

#include "guarded.h"

#ifdef HAS_GDCM
#include <gdcmFragment.h>
#include <gdcmPixmap.h>
#include <gdcmSequenceOfFragments.h>
#include <gdcmTransferSyntax.h>

static int decode(
    const cd_pixel_format *format, const char *syntax, const uint8_t *const *fragments, const size_t *lengths, size_t count,
    void *bytes, size_t byte_count) {
    return cd::guarded([&] {
        const gdcm::TransferSyntax::TSType type = gdcm::TransferSyntax::GetTSType(syntax);
        if (type == gdcm::TransferSyntax::TS_END) return static_cast<int>(CD_UNSUPPORTED);
        gdcm::SmartPointer<gdcm::SequenceOfFragments> sequence = new gdcm::SequenceOfFragments;
        for (size_t i = 0; i < count; i++) {
            const gdcm::VL length(static_cast<uint32_t>(lengths[i]));
            const char *start = reinterpret_cast<const char *>(fragments[i]);
            if (i == 0) {
                // The table of frames.
                if (lengths[i] > 0) sequence->GetTable().SetByteValue(start, length);
                continue;
            }
            gdcm::Fragment fragment;
            fragment.SetByteValue(start, length);
            sequence->AddFragment(fragment);
        }
        gdcm::DataElement pixels(gdcm::Tag(0x7fe0, 0x0010));
        pixels.SetValue(*sequence);
        // Before the type, which GDCM expects to be a sequence's then.
        pixels.SetVLToUndefined();
        pixels.SetVR(gdcm::VR::OB);

        gdcm::Pixmap pixmap;
        pixmap.SetNumberOfDimensions(format->frames > 1 ? 3 : 2);
        pixmap.SetDimension(0, format->columns);
        pixmap.SetDimension(1, format->rows);
        if (format->frames > 1) pixmap.SetDimension(2, format->frames);
        pixmap.SetPixelFormat(gdcm::PixelFormat(
            1, format->bits_allocated, format->bits_stored, format->high_bit, static_cast<unsigned short>(format->is_signed)));
        pixmap.SetPhotometricInterpretation(
            format->is_inverted ? gdcm::PhotometricInterpretation::MONOCHROME1 : gdcm::PhotometricInterpretation::MONOCHROME2);
        pixmap.SetTransferSyntax(type);
        pixmap.SetDataElement(pixels);
        if (pixmap.GetBufferLength() != byte_count) return static_cast<int>(CD_DAMAGED);
        return pixmap.GetBuffer(static_cast<char *>(bytes)) ? 0 : static_cast<int>(CD_DAMAGED);
    });
}

void cd::add_pixels(cd_functions &functions) { functions.decode = decode; }
#endif
