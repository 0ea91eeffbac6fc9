// 3×3×3 convolutions by Winograd's algorithm along all three axes: F(4×4, 3×3) in the planes, F(Z, 3) across them.
//
// Every plane of the input is transformed once, tile by tile; Z + 2 neighbouring planes stand in a ring. Place by place of the
// tiles their transforms are combined across the planes in the first-level cache, multiplied, and combined back to Z planes of
// products, which the inverse transform in the planes makes outputs of. With Z = 4 that is an eighth, with Z = 2 a sixth of the
// direct method's multiplications.

// F(2, 3), points 0, ±1, ∞.
template <> struct Winograd<2> {
    static constexpr int outputs = 2, inputs = 4;

    static inline void transform_inputs(const F *d, F *t) {
        t[0] = d[0] - d[2];
        t[1] = d[1] + d[2];
        t[2] = d[2] - d[1];
        t[3] = d[3] - d[1];
    }

    static inline void transform_products(const F *m, F *y) {
        y[0] = m[0] + m[1] + m[2];
        y[1] = m[1] - m[2] + m[3];
    }

    static inline void transform_gradients(const F *y, F *t) {
        t[0] = y[0];
        t[1] = y[0] + y[1];
        t[2] = y[0] - y[1];
        t[3] = y[1];
    }

    static inline void transform_weights(const F *g, F *t) {
        const F outer = all(0.5f) * (g[0] + g[2]), inner = all(0.5f) * g[1];
        t[0] = g[0];
        t[1] = outer + inner;
        t[2] = outer - inner;
        t[3] = g[2];
    }

    static inline void transform_weights_back(const F *t, F *g) {
        const F s = all(0.5f) * (t[1] + t[2]);
        g[0] = t[0] + s;
        g[1] = all(0.5f) * (t[1] - t[2]);
        g[2] = s + t[3];
    }
};

constexpr int plane_tile = 4;
typedef Winograd<plane_tile> InPlane;

// Columns of tiles, through all planes of a volume; a block of them goes through the planes together.
struct Columns {
    int64_t depth, height, width, down, across, count;

    explicit Columns(const ck_volume_convolution &s)
        : depth(s.sizes[0]), height(s.sizes[1]), width(s.sizes[2]), down((height + plane_tile - 1) / plane_tile),
          across((width + plane_tile - 1) / plane_tile), count(s.images * down * across) {}

    struct Tile { int64_t image, y, x; };

    Tile operator[](int64_t column) const {
        const int64_t rest = column % (down * across);
        return {column / (down * across), rest / across * plane_tile, rest % across * plane_tile};
    }

    // The voxel at a tile's corner in a plane.
    int64_t voxel(const Tile &tile, int64_t plane) const {
        return ((tile.image * depth + plane) * height + tile.y) * width + tile.x;
    }
};

// Transforms a column's tile of Size×Size pixels of a plane, zero outside of the volume; place p of channel c goes to
// to[p·stride + c].
template <int Size, void (*transform)(const F *, F *), typename Element>
inline void transform_volume_tile(
    const Channeled<const Element> &from, const Columns &g, int64_t column, int64_t plane, float *to, int64_t stride) {
    constexpr int places = InPlane::inputs, before = Size == plane_tile ? 0 : 1;
    const int64_t channels = from.count();
    if (plane < 0 || plane >= g.depth) {
        for (int p = 0; p < InPlane::places; p++) std::fill(to + p * stride, to + p * stride + channels, 0.f);
        return;
    }
    const auto tile = g[column];
    const int64_t y = tile.y - before, x = tile.x - before;
    const int64_t corner = g.voxel(tile, plane) - before * (g.width + 1);
    const bool inside = y >= 0 && x >= 0 && y + Size <= g.height && x + Size <= g.width;
    for (int64_t c = 0; c < channels; c += lanes) {
        const int64_t step = from.step(c), row = g.width * step;
        const Element *start = from.at(c) + corner * step;
        if (inside) {
            transform_pixels<Size, places, transform>(
                to + c, stride, [&](int i, int j) { return load_channels(start + i * row + j * step); });
        } else {
            transform_pixels<Size, places, transform>(to + c, stride, [&](int i, int j) {
                const bool holds = y + i >= 0 && y + i < g.height && x + j >= 0 && x + j < g.width;
                return holds ? load_channels(start + i * row + j * step) : all(0.f);
            });
        }
    }
}

// The planes of a block of columns between two transforms: [place][plane of the ring][column][channel].
struct TilePlanes {
    float *numbers;
    int64_t planes, columns, channels, place_stride;

    TilePlanes(Scratch use, int64_t planes, int64_t columns, int64_t channels)
        : planes(planes), columns(columns), channels(channels), place_stride(planes * columns * channels + padding) {
        numbers = scratch(use, InPlane::places * place_stride);
    }

    // Planes may be negative by one.
    float *at(int64_t place, int64_t plane, int64_t column) const {
        return numbers + place * place_stride + ((plane + planes) % planes * columns + column) * channels;
    }
};

// Combines `rows` rows of Count planes, at from(plane), to rows of Made planes at to + plane·plane_stride.
template <int Count, int Made, void (*transform)(const F *, F *), typename From>
inline void combine_planes(From &&from, int64_t rows, int64_t channels, float *to, int64_t plane_stride, int64_t to_row) {
    const float *sources[Count];
    for (int plane = 0; plane < Count; plane++) sources[plane] = from(plane);
    for (int64_t row = 0; row < rows; row++) {
        for (int64_t c = 0; c < channels; c += lanes) {
            F values[Count], made[Made];
            for (int plane = 0; plane < Count; plane++) values[plane] = load_channels(sources[plane] + row * channels + c);
            transform(values, made);
            for (int plane = 0; plane < Made; plane++) store_channels(to + plane * plane_stride + row * to_row + c, made[plane]);
        }
    }
}

// Tiles whose products are made together; a multiple of every product's rows.
constexpr int64_t tiles_in_product = 24;

// Whether each thread has columns of its own: for few channels, whose transforms and weights fit its cache.
inline bool has_own_columns(int64_t inputs, int64_t outputs) { return inputs * outputs <= 32 * 64; }

// Columns that all threads take through the planes together: transforms of about 8 MB.
template <int Z> inline int64_t columns_together(const Columns &g, int64_t inputs, int64_t outputs) {
    const int64_t each = InPlane::places * ((Z + 2) * inputs + Z * outputs);
    return std::clamp<int64_t>((2 << 20) / each / tiles_in_product * tiles_in_product, tiles_in_product, g.count);
}
