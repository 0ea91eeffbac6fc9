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
        : unit(term.natural ? log2e : 1.f), own(term.own), scale(static_cast<float>(scale)) {
        for (int64_t k = 0; k < classes; k++) {
            rho_k0[k] = term.rho_k0[k] * unit;
            rho_0k[k] = term.rho_0k[k] * unit;
        }
    }

    bool is_plain() const { return unit == 1 && own == 1; }
};

// What scores lie below their rivals by where a pixel does not count: its terms vanish.
constexpr float far = 1e30f;

// The terms log2(1 + 2^x) of a few neighbouring vectors of pixels: their sum and their derivatives.
//
// Made in a short loop of their own. The chain from a score to its derivative takes more than a hundred cycles, and a processor
// looks ahead only so far: it finds more to do meanwhile among terms than among pixels. Plain: none weighs other than 1.
template <int Classes, bool Plain> class MarginBlock {
    OnePlusProduct product, own_product;
    F linear, own_linear, settled, own_settled;

  public:
    static constexpr int vectors = Classes ? 4 : 1;
    static_assert(std::max(Classes * tile_pixels / lanes, CK_MAX_CLASSES) <= OnePlusProduct::room);

    F excess[vectors * room<Classes>], slope[vectors * room<Classes>];   // x, and the term's derivative
    F power[Plain ? 1 : vectors * room<Classes>];                        // 2^−|x|

    MarginBlock() { linear = own_linear = settled = own_settled = all(0.f); }

    void finish(int terms) {
        for (int i = 0; i < terms; i++) {
            const F t = softplus2_remainder(excess[i]), one_plus_t = t + all(1.f);
            linear += max(all(0.f), excess[i]);
            product.multiply(t, one_plus_t);
            if (!Plain) power[i] = t;
            slope[i] = softplus2_slope(excess[i], t, one_plus_t);
        }
        if (!Classes) settle();
    }

    // The label's terms, x and 2^−|x|, once more.
    void add_own(F x, F t) {
        own_linear += max(all(0.f), x);
        own_product.multiply(t, t + all(1.f));
    }

    // Before there are more factors than a product holds.
    __attribute__((always_inline)) void settle() {
        settled += product.log2();
        product = OnePlusProduct();
        if (Plain) return;
        own_settled += own_product.log2();
        own_product = OnePlusProduct();
    }

    double total(float own) {
        settle();
        return sum(settled + linear) + (Plain ? 0.0 : (own - 1) * sum(own_settled + own_linear));
    }
};

// Two classes: each is the other's rival, and the gradient of one is that of the other negated.
template <bool Plain> double margin_of_two(const Tile &tile, const MarginTerms &terms) {
    const GradientWriter gradient(tile);
    MarginBlock<2, Plain> block;
    const F step = all(terms.scale), own_step = all(terms.scale * terms.own);
    for (int start = 0; start < tile.end; start += block.vectors * lanes) {
        const int vectors = std::min(block.vectors, (tile.end - start) / lanes);
        for (int v = 0; v < vectors; v++) {
            const I label = load_labels(tile, start + v * lanes);
            const Mask counts = counted(label), is_first = same(label, all(int32_t{0}));
            F x[2];
            load_scores<2>(x, tile, start + v * lanes, counts);
            // The other's score less the label's, in the unit.
            const F gap = choose(counts, (x[1] - x[0]) * choose(is_first, all(terms.unit), all(-terms.unit)), all(-far));
            block.excess[2 * v] = gap + choose(is_first, all(terms.rho_k0[0]), all(terms.rho_k0[1]));
            block.excess[2 * v + 1] = gap + choose(is_first, all(terms.rho_0k[1]), all(terms.rho_0k[0]));
        }
        block.finish(2 * vectors);
        for (int v = 0; v < vectors; v++) {
            if (!Plain) block.add_own(block.excess[2 * v], block.power[2 * v]);
            if (!gradient.is_wanted()) continue;
            const F slope = block.slope[2 * v] * own_step + block.slope[2 * v + 1] * step;
            const F g = choose(same(load_labels(tile, start + v * lanes), all(int32_t{0})), -slope, slope);
            gradient.store(0, start + v * lanes, g);
            gradient.store(1, start + v * lanes, -g);
        }
    }
    return block.total(terms.own);
}

// The two largest scores of sixteen pixels and their classes. Of equal scores the first is the largest.
template <int Classes> struct Rivals {
    F first, second;
    Index first_class, second_class;

    Rivals(const F *x, int classes) {
        const int c = Classes ? Classes : classes;
        first = x[0];
        second = all(-std::numeric_limits<float>::infinity());
        first_class = index(0);
        second_class = index(-1);
        CK_UNROLLED for (int k = 1; k < c; k++) {
            const Mask beats_first = above(x[k], first), beats_second = above(x[k], second);
            second_class = choose(beats_first, first_class, choose(beats_second, index(k), second_class));
            second = max(min(x[k], first), second);
            first_class = choose(beats_first, index(k), first_class);
            first = max(x[k], first);
        }
    }
};

template <int Classes, bool Plain> double margin_of_several(const Tile &tile, const MarginTerms &terms) {
    const int c = Classes ? Classes : tile.classes;
    const GradientWriter gradient(tile);
    MarginBlock<Classes, Plain> block;
    Index first_class[block.vectors], second_class[block.vectors];
    const F step = all(terms.scale), own_step = all(-terms.own * terms.scale);
    for (int start = 0; start < tile.end; start += block.vectors * lanes) {
        const int vectors = std::min(block.vectors, (tile.end - start) / lanes);
        for (int v = 0; v < vectors; v++) {
            const I label = load_labels(tile, start + v * lanes);
            const Mask counts = counted(label);
            F x[room<Classes>];
            load_scores<Classes>(x, tile, start + v * lanes, counts);
            const Rivals<Classes> rivals(x, c);
            first_class[v] = rivals.first_class;
            second_class[v] = rivals.second_class;
            const F first = choose(counts, rivals.first, all(far)), second = choose(counts, rivals.second, all(far));
            CK_UNROLLED for (int k = 0; k < c; k++) {
                F margin = x[k] - choose(same(rivals.first_class, index(k)), second, first);
                if (!Plain) margin *= all(terms.unit);
                block.excess[v * c + k] =
                    choose(same(label, all(k)), all(terms.rho_k0[k]) - margin, margin + all(terms.rho_0k[k]));
            }
        }
        block.finish(vectors * c);
        for (int v = 0; v < vectors; v++) {
            const I label = load_labels(tile, start + v * lanes);
            F g[room<Classes>];
            F others = all(0.f), of_first = all(0.f), own = all(0.f), own_power = all(0.f);
            CK_UNROLLED for (int k = 0; k < c; k++) {
                const Mask is_first = same(first_class[v], index(k)), is_label = same(label, all(k));
                if (!Plain) {
                    own = choose(is_label, block.excess[v * c + k], own);
                    own_power = choose(is_label, block.power[v * c + k], own_power);
                }
                g[k] = block.slope[v * c + k] * choose(is_label, own_step, step);
                others = choose(is_first, others, others + g[k]);
                of_first = choose(is_first, g[k], of_first);
            }
            if (!Plain) block.add_own(own, own_power);
            if (!gradient.is_wanted()) continue;
            CK_UNROLLED for (int k = 0; k < c; k++) {
                const F at_first = choose(same(first_class[v], index(k)), g[k] - others, g[k]);
                gradient.store(k, start + v * lanes, choose(same(second_class[v], index(k)), g[k] - of_first, at_first));
            }
        }
    }
    return block.total(terms.own);
}

// The value is in bits and without the scale, which the gradient has.
template <int Classes> double margin_of(const Tile &tile, const MarginTerms &terms) {
    if constexpr (Classes == 2) return terms.is_plain() ? margin_of_two<true>(tile, terms) : margin_of_two<false>(tile, terms);
    return terms.is_plain() ? margin_of_several<Classes, true>(tile, terms) : margin_of_several<Classes, false>(tile, terms);
}
