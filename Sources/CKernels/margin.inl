// Margin calibration in one pass.
//
// Only the two largest scores of a pixel matter: the rival of every class but the first is the first, and the first's
// rival is the second. The derivative of a margin with respect to its rival is −1, so the largest score gathers the
// negated derivatives of all other classes, and the second that of the largest.

// What the terms are made with, in units of the exponent: natural exponents are powers of two with 1/ln 2.
struct MarginTerms {
    float rho_k0[CK_MAX_CLASSES], rho_0k[CK_MAX_CLASSES];
    float unit;
    float own;          // weight of the label's term
    float scale;

    MarginTerms(const ck_margin_term &term, int64_t classes, double scale)
        : unit(term.authors ? log2e : 1.f), own(term.authors ? static_cast<float>(classes) : 1.f), scale(static_cast<float>(scale)) {
        for (int64_t k = 0; k < classes; k++) {
            rho_k0[k] = term.rho_k0[k] * unit;
            rho_0k[k] = term.rho_0k[k] * unit;
        }
    }
};

// Gathers Σ log2(1 + 2^x), the label's terms once more where they weigh differently.
template <bool Weighs> class MarginSum {
    OnePlusProduct product, own_product;
    F linear, own_linear, settled, own_settled;

  public:
    MarginSum() { linear = own_linear = settled = own_settled = all(0.f); }

    // t: 2^−|x|
    void add(F x, F t, Mask counts) {
        linear += where(counts, max(all(0.f), x));
        product.multiply(where(counts, t));
    }

    void add_own(F x, F t, Mask counts) {
        if (!Weighs) return;
        own_linear += where(counts, max(all(0.f), x));
        own_product.multiply(where(counts, t));
    }

    // Before there are more factors than a product holds.
    __attribute__((always_inline)) void settle() {
        settled += product.log2();
        product = OnePlusProduct();
        if (!Weighs) return;
        own_settled += own_product.log2();
        own_product = OnePlusProduct();
    }

    double total(float own) {
        settle();
        return sum(settled + linear) + (Weighs ? (own - 1) * sum(own_settled + own_linear) : 0.0);
    }
};

// Two classes: each is the other's rival, and the gradient of one is that of the other negated.
template <bool Weighs> double margin_of_two(const Tile &tile, const MarginTerms &terms) {
    static_assert(2 * tile_pixels / lanes <= OnePlusProduct::room);
    const GradientWriter gradient(tile);
    MarginSum<Weighs> sum;
    const F step = all(terms.scale), own_step = all(terms.scale * terms.own);
    for (int i = 0; i < tile.end; i += lanes) {
        const I label = load_labels(tile, i);
        const Mask counts = counted(label), is_first = same(label, all(int32_t{0}));
        F x[2];
        load_scores<2>(x, tile, i, counts);
        // The other's score less the label's, in the unit.
        const F gap = (x[1] - x[0]) * choose(is_first, all(terms.unit), all(-terms.unit));
        const F own = gap + choose(is_first, all(terms.rho_k0[0]), all(terms.rho_k0[1]));
        const F other = gap + choose(is_first, all(terms.rho_0k[1]), all(terms.rho_0k[0]));
        const F own_t = softplus2_remainder(own), other_t = softplus2_remainder(other);
        sum.add(own, own_t, counts);
        sum.add(other, other_t, counts);
        sum.add_own(own, own_t, counts);
        if (!gradient.is_wanted()) continue;
        const F slope = where(counts, softplus2_slope(own, own_t, own_step) + softplus2_slope(other, other_t, step));
        const F g = choose(is_first, -slope, slope);
        gradient.store(0, i, g);
        gradient.store(1, i, -g);
    }
    return sum.total(terms.own);
}

// The two largest scores of the pixels of a tile and their classes. Of equal scores the first is the largest.
struct Rivals {
    F first[tile_pixels / lanes], second[tile_pixels / lanes];
    I first_class[tile_pixels / lanes], second_class[tile_pixels / lanes];

    // In a loop of its own: the chain of comparisons is long, and more of them overlap here than between the powers.
    template <int Classes> void find(const Tile &tile) {
        const int c = Classes ? Classes : tile.classes;
        for (int i = 0; i < tile.end; i += lanes) {
            const Mask counts = counted(load_labels(tile, i));
            F largest = where(counts, load(tile.x + i)), next = all(-std::numeric_limits<float>::infinity());
            I of_largest = all(int32_t{0}), of_next = all(int32_t{-1});
            CK_UNROLLED for (int k = 1; k < c; k++) {
                const F x = where(counts, load(tile.x + k * tile.x_stride + i));
                const Mask beats_largest = above(x, largest), beats_next = above(x, next);
                of_next = choose(beats_largest, of_largest, choose(beats_next, all(k), of_next));
                next = max(min(x, largest), next);
                of_largest = choose(beats_largest, all(k), of_largest);
                largest = max(x, largest);
            }
            first[i / lanes] = largest;
            second[i / lanes] = next;
            first_class[i / lanes] = of_largest;
            second_class[i / lanes] = of_next;
        }
    }
};

template <int Classes, bool Weighs> double margin_of_several(const Tile &tile, const MarginTerms &terms) {
    static_assert(Classes * tile_pixels / lanes <= OnePlusProduct::room && CK_MAX_CLASSES <= OnePlusProduct::room);
    const int c = Classes ? Classes : tile.classes;
    const GradientWriter gradient(tile);
    Rivals rivals;
    rivals.find<Classes>(tile);
    MarginSum<Weighs> sum;
    for (int i = 0; i < tile.end; i += lanes) {
        const I label = load_labels(tile, i);
        const Mask counts = counted(label);
        const F first = rivals.first[i / lanes], second = rivals.second[i / lanes];
        const I first_class = rivals.first_class[i / lanes], second_class = rivals.second_class[i / lanes];
        const F step = where(counts, all(terms.scale)), own_step = where(counts, all(-terms.own * terms.scale));
        F x[room<Classes>], g[room<Classes>];
        load_scores<Classes>(x, tile, i, counts);
        F others = all(0.f), of_first = all(0.f), own = all(0.f), own_t = all(0.f);
        CK_UNROLLED for (int k = 0; k < c; k++) {
            const Mask is_first = same(first_class, all(k)), is_label = same(label, all(k));
            const F margin = x[k] - choose(is_first, second, first);
            const F offset = choose(is_label, all(terms.rho_k0[k]), all(terms.rho_0k[k]));
            const F excess = margin * choose(is_label, all(-terms.unit), all(terms.unit)) + offset;
            const F t = softplus2_remainder(excess);
            sum.add(excess, t, counts);
            if (Weighs) {
                own = choose(is_label, excess, own);
                own_t = choose(is_label, t, own_t);
            }
            g[k] = softplus2_slope(excess, t, choose(is_label, own_step, step));
            others = choose(is_first, others, others + g[k]);
            of_first = choose(is_first, g[k], of_first);
        }
        sum.add_own(own, own_t, counts);
        if (!Classes) sum.settle();
        if (!gradient.is_wanted()) continue;
        CK_UNROLLED for (int k = 0; k < c; k++) {
            const F at_first = choose(same(first_class, all(k)), g[k] - others, g[k]);
            gradient.store(k, i, choose(same(second_class, all(k)), g[k] - of_first, at_first));
        }
    }
    return sum.total(terms.own);
}

// The value is in bits and without the scale, which the gradient has.
template <int Classes> double margin_of(const Tile &tile, const MarginTerms &terms) {
    if constexpr (Classes == 2) return terms.own != 1 ? margin_of_two<true>(tile, terms) : margin_of_two<false>(tile, terms);
    return terms.own != 1 ? margin_of_several<Classes, true>(tile, terms) : margin_of_several<Classes, false>(tile, terms);
}
