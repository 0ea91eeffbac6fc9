#include "scratch.h"

#include "../memory.h"

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace ck {

namespace {

class Piece {
    float *memory = nullptr;
    int64_t room = 0;

  public:
    ~Piece() { std::free(memory); }

    float *with_room(int64_t floats) {
        require_allowed(floats * 4);   // though it may be there: a limit is to tell the same whatever ran before
        if (floats > room) {
            std::free(memory);
            memory = nullptr;
            room = 0;
            // Tables of 4 KiB pages thrash when 36 places of a transform are written in turn.
            constexpr int64_t huge = 2 << 20;
            const int64_t bytes = floats * 4;
            const int64_t alignment = bytes < huge ? 64 : huge;
            const int64_t rounded = (bytes + alignment - 1) / alignment * alignment;
            void *fresh = allocate(rounded, alignment);
#if defined(__linux__)
            if (alignment == huge) madvise(fresh, static_cast<size_t>(rounded), MADV_HUGEPAGE);
#endif
            memory = static_cast<float *>(fresh);
            room = rounded / 4;
            for (int64_t i = 0; i < room; i++) memory[i] = 0;   // rows behind the last tile are multiplied too
        }
        return memory;
    }
};

} // namespace

float *scratch(Scratch use, int64_t floats) {
    static thread_local Piece pieces[static_cast<int>(Scratch::count)];
    return pieces[static_cast<int>(use)].with_room(floats);
}

} // namespace ck
