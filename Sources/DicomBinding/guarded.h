// How a call of GDCM becomes a C function: exceptions become a status.

#pragma once

#include "include/DicomBinding.h"

#if __has_include(<gdcmReader.h>)
#define HAS_GDCM 1

#include <gdcmDataSet.h>
#include <gdcmFile.h>
#include <gdcmSequenceOfItems.h>

#include <exception>
#include <map>
#include <memory>
#include <new>
#include <vector>

namespace cd {

template <typename Body> int guarded(Body &&body) noexcept {
    try {
        return body();
    } catch (const std::bad_alloc &) {
        return CD_OUT_OF_MEMORY;
    } catch (...) {
        return CD_DAMAGED;
    }
}

inline gdcm::Tag tag(cd_tag tag) { return gdcm::Tag(tag); }

// Each file enters its functions into the table.
void add_pixels(cd_functions &);
void add_writing(cd_functions &);

} // namespace cd
#endif
