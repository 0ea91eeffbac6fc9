// Which of the source's voxels the voxels that a convolution makes are sums of.
//
// The voxels that are made lie on a grid; each takes the source's voxels at its taps. Forward that is the whole output. The
// gradient of the inputs, which is a transposed convolution, falls into as many grids as the strides have residues, each with
// the taps that reach it, so that no product is with zeros between the voxels.

struct VolumeTap {
    int64_t offset[3];     // of the source's voxel from that at the grid's place times the source's step
    int64_t weight;        // number among the kernel's taps
};

struct Gathering {
    int64_t images, grid[3];
    int64_t made_sizes[3], made_step[3], made_start[3];
    int64_t source_sizes[3], source_step[3];
    Vector<VolumeTap> taps;

    int64_t count() const { return images * volume_of(grid); }

    struct Place { int64_t image, at[3]; };

    Place operator[](int64_t index) const {
        Place place;
        for (int axis = 2; axis >= 0; axis--) {
            place.at[axis] = index % grid[axis];
            index /= grid[axis];
        }
        place.image = index;
        return place;
    }

    // Goes on to the next place: cheaper than its number's divisions.
    void advance(Place &place) const {
        for (int axis = 2; axis >= 0; axis--) {
            if (++place.at[axis] < grid[axis]) return;
            place.at[axis] = 0;
        }
        place.image++;
    }

    int64_t made(const Place &place) const {
        int64_t voxel = place.image;
        for (int axis = 0; axis < 3; axis++) {
            voxel = voxel * made_sizes[axis] + place.at[axis] * made_step[axis] + made_start[axis];
        }
        return voxel;
    }

    // Below 0 where the tap is outside.
    int64_t source(const Place &place, const VolumeTap &tap) const {
        int64_t voxel = place.image;
        for (int axis = 0; axis < 3; axis++) {
            const int64_t at = place.at[axis] * source_step[axis] + tap.offset[axis];
            if (at < 0 || at >= source_sizes[axis]) return -1;
            voxel = voxel * source_sizes[axis] + at;
        }
        return voxel;
    }
};

// Calls body(tap's number, [d, h, w]) for all taps of a kernel.
template <typename Body> inline void for_kernel(const ck_volume_convolution &s, Body &&body) {
    for (int64_t tap = 0; tap < taps_of(s); tap++) {
        const int64_t at[3] = {
            tap / (s.kernel[1] * s.kernel[2]), tap / s.kernel[2] % s.kernel[1], tap % s.kernel[2]};
        body(tap, at);
    }
}

// Outputs from inputs.
inline Gathering gathering_forward(const ck_volume_convolution &s) {
    Gathering g;
    g.images = s.images;
    for (int axis = 0; axis < 3; axis++) {
        g.grid[axis] = g.made_sizes[axis] = output_size(s, axis);
        g.made_step[axis] = 1;
        g.made_start[axis] = 0;
        g.source_sizes[axis] = s.sizes[axis];
        g.source_step[axis] = s.stride[axis];
    }
    for_kernel(s, [&](int64_t tap, const int64_t (&at)[3]) {
        g.taps.push_back({{at[0] - s.padding[0], at[1] - s.padding[1], at[2] - s.padding[2]}, tap});
    });
    return g;
}

// The inputs' gradients with these residues of the strides, from the outputs'.
inline Gathering gathering_backward(const ck_volume_convolution &s, const int64_t (&residue)[3]) {
    Gathering g;
    g.images = s.images;
    for (int axis = 0; axis < 3; axis++) {
        g.grid[axis] = (s.sizes[axis] - residue[axis] + s.stride[axis] - 1) / s.stride[axis];
        g.made_sizes[axis] = s.sizes[axis];
        g.made_step[axis] = s.stride[axis];
        g.made_start[axis] = residue[axis];
        g.source_sizes[axis] = output_size(s, axis);
        g.source_step[axis] = 1;
    }
    for_kernel(s, [&](int64_t tap, const int64_t (&at)[3]) {
        VolumeTap found{{}, tap};
        for (int axis = 0; axis < 3; axis++) {
            const int64_t distance = residue[axis] + s.padding[axis] - at[axis];
            if (distance % s.stride[axis] != 0) return;
            found.offset[axis] = distance / s.stride[axis];
        }
        g.taps.push_back(found);
    });
    return g;
}

// Some of the taps, or none where a stride is larger than the kernel, with what is the same for all places: how far their voxels are from the place's, and how far they reach.
class Reach {
    const Gathering &g;
    const VolumeTap *taps;
    int64_t least[3] = {}, most[3] = {};
    Vector<int64_t> distances;

  public:
    const int64_t count;

    Reach(const Gathering &g, const VolumeTap *taps, int64_t count) : g(g), taps(taps), count(count) {
        distances.reserve(static_cast<size_t>(count));
        for (int64_t tap = 0; tap < count; tap++) {
            const auto &offset = taps[tap].offset;
            if (tap == 0) {
                std::copy(offset, offset + 3, least);
                std::copy(offset, offset + 3, most);
            }
            distances.push_back((offset[0] * g.source_sizes[1] + offset[1]) * g.source_sizes[2] + offset[2]);
            for (int axis = 0; axis < 3; axis++) {
                least[axis] = std::min(least[axis], offset[axis]);
                most[axis] = std::max(most[axis], offset[axis]);
            }
        }
    }

    // Calls body(tap, voxel) for all taps of a place, the voxel below 0 where it is outside.
    template <typename Body> void from(const Gathering::Place &place, Body &&body) const {
        int64_t voxel = place.image;
        bool inside = true;
        for (int axis = 0; axis < 3; axis++) {
            const int64_t at = place.at[axis] * g.source_step[axis];
            inside &= at + least[axis] >= 0 && at + most[axis] < g.source_sizes[axis];
            voxel = voxel * g.source_sizes[axis] + at;
        }
        for (int64_t tap = 0; tap < count; tap++) {
            body(tap, inside ? voxel + distances[static_cast<size_t>(tap)] : g.source(place, taps[tap]));
        }
    }
};
