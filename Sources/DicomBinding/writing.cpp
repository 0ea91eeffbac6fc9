// Data sets that are made.

#include "guarded.h"

#ifdef HAS_GDCM
#include <gdcmFileMetaInformation.h>
#include <gdcmWriter.h>

#include <sstream>
#include <string>

// GDCM moves the items of a sequence when it grows, so sets are kept in a tree of their own until they are written.
struct cd_made {
    gdcm::DataSet elements;
    std::map<cd_tag, std::vector<std::unique_ptr<cd_made>>> sequences;
};

static cd_made *make(void) { return new (std::nothrow) cd_made; }
static void free_made(cd_made *root) { delete root; }

static int put(cd_made *set, cd_tag tag, const char *vr, const void *bytes, size_t length) {
    return cd::guarded([&] {
        gdcm::DataElement element(cd::tag(tag));
        element.SetVR(gdcm::VR::GetVRType(vr));
        element.SetByteValue(static_cast<const char *>(bytes), gdcm::VL(static_cast<uint32_t>(length)));
        set->elements.Replace(element);
        return 0;
    });
}

static cd_made *add(cd_made *set, cd_tag tag) {
    cd_made *item = nullptr;
    cd::guarded([&] {
        auto made = std::make_unique<cd_made>();
        item = made.get();
        set->sequences[tag].push_back(std::move(made));
        return 0;
    });
    return item;
}

static gdcm::DataSet whole(const cd_made &made) {
    gdcm::DataSet set = made.elements;
    for (const auto &[tag, items] : made.sequences) {
        gdcm::SmartPointer<gdcm::SequenceOfItems> sequence = new gdcm::SequenceOfItems;
        sequence->SetLengthToUndefined();
        for (const auto &item : items) {
            gdcm::Item entry;
            entry.SetVLToUndefined();
            entry.SetNestedDataSet(whole(*item));
            sequence->AddItem(entry);
        }
        gdcm::DataElement element(cd::tag(tag));
        element.SetVR(gdcm::VR::SQ);
        element.SetValue(*sequence);
        element.SetVLToUndefined();
        set.Replace(element);
    }
    return set;
}

static int write(const cd_made *root, void (*take)(void *context, const void *bytes, size_t length), void *context) {
    return cd::guarded([&] {
        std::ostringstream stream;
        gdcm::Writer writer;
        writer.SetStream(stream);
        gdcm::File &file = writer.GetFile();
        file.GetHeader().SetDataSetTransferSyntax(gdcm::TransferSyntax::ExplicitVRLittleEndian);
        file.SetDataSet(whole(*root));
        if (!writer.Write()) return static_cast<int>(CD_INCOMPLETE);
        const std::string bytes = std::move(stream).str();
        take(context, bytes.data(), bytes.size());
        return 0;
    });
}

void cd::add_writing(cd_functions &functions) {
    functions.make = make;
    functions.free_made = free_made;
    functions.put = put;
    functions.add = add;
    functions.write = write;
}
#endif
