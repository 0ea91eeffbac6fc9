// The softmax of sixteen pixels, made from their scores, or once for all terms of an objective.

// Whether a tile's softmax was made before. Known to the compiler: a choice in the loop makes a term alone take up to half longer.
enum class Softmaxes { to_make, made };

template <int Classes> struct Softmax {
    F e[room<Classes>];   // e^(x − largest)
    F largest;
    F total;              // Σ e, from 1 to the number of classes

    // As it was kept for the whole tile.
    Softmax(const Tile &tile, int i) {
        const int c = Classes ? Classes : tile.classes;
        for (int k = 0; k < c; k++) e[k] = load(tile.softmax + k * tile_pixels + i);
        largest = load(tile.softmax + c * tile_pixels + i);
        total = load(tile.softmax + (c + 1) * tile_pixels + i);
    }

    // to: room for a tile's vectors of each class, the largest scores and the totals.
    void keep(float *to, int classes, int i) const {
        const int c = Classes ? Classes : classes;
        for (int k = 0; k < c; k++) store(to + k * tile_pixels + i, e[k]);
        store(to + c * tile_pixels + i, largest);
        store(to + (c + 1) * tile_pixels + i, total);
    }

    Softmax(const F *x, int classes) {
        const int c = Classes ? Classes : classes;
        if (Classes == 2) {   // one power serves both
            const Mask is_first = above(x[0], x[1]);
            largest = max(x[0], x[1]);
            // The difference is 0, and NaN where a score is infinite: the power alone would hide it.
            const F t = exp2_of_negative(minus_abs(x[0] - x[1]), log2e) + (largest - largest);
            e[0] = choose(is_first, all(1.f), t);
            e[1] = choose(is_first, t, all(1.f));
            total = t + all(1.f);
            return;
        }
        largest = x[0];
        for (int k = 1; k < c; k++) largest = max(largest, x[k]);
        total = all(0.f);
        for (int k = 0; k < c; k++) {
            e[k] = exp2_of_negative(x[k] - largest, log2e);
            total += e[k];
        }
    }
};

template <int Classes, Softmaxes Are> inline Softmax<Classes> softmax_of(const Tile &tile, const F *x, int i) {
    if constexpr (Are == Softmaxes::made) return Softmax<Classes>(tile, i);
    return Softmax<Classes>(x, tile.classes);
}

template <int Classes> void keep_softmax(const Tile &tile, float *to) {
    for (int i = 0; i < tile.end; i += lanes) {
        F x[room<Classes>];
        load_scores<Classes>(x, tile, i, counted(load_labels(tile, i)));
        Softmax<Classes>(x, tile.classes).keep(to, tile.classes, i);
    }
}

// The vector of the label's class.
template <int Classes> inline F at_label(const F *values, I label, int classes) {
    const int c = Classes ? Classes : classes;
    F value = all(0.f);
    for (int k = 0; k < c; k++) value = choose(same(label, all(k)), values[k], value);
    return value;
}
