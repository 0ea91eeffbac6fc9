// An objective that is a sum of terms, in one pass: a tile's scores stay in the first cache while term after term adds its
// gradient there, and memory sees the scores and the gradient once.

// A term with what is worked out once for all tiles.
struct PreparedTerm {
    ck_term of;
    std::optional<MarginTerms> margin;
    std::optional<BoundRamp> ramp;

    PreparedTerm(const ck_term &term, int64_t classes) : of(term) {
        if (of.kind == CK_MARGIN) margin.emplace(of.margin, classes, of.scale);
        if (of.kind == CK_BOUND) ramp.emplace(of.bound.ramp, classes);
    }

    // Whether the softmax of the scores themselves is wanted.
    bool wants_softmax() const {
        if (of.kind == CK_CROSS_ENTROPY) return !of.cross_entropy.margins && !of.cross_entropy.shifts;
        return of.kind != CK_MARGIN && of.kind != CK_BOUND;
    }

    // What turns the sum of the tiles' values into the term's.
    double factor() const { return of.kind == CK_MARGIN && of.margin.natural ? of.scale * ln2 : of.scale; }
};

template <int Classes, Softmaxes Are>
double term_of(const Tile &tile, const PreparedTerm &term, const ck_batch &b, int64_t image, int64_t pixel) {
    switch (term.of.kind) {
    case CK_MARGIN: return margin_of<Classes>(tile, *term.margin);
    case CK_CROSS_ENTROPY: return cross_entropy_of<Classes, Are>(tile, term.of.cross_entropy, term.of.scale);
    case CK_FOCAL: return focal_of<Classes, Are>(tile, term.of.focal, term.of.scale);
    case CK_OVERLAP: store_overlap_gradient<Classes, Are>(tile, term.of.overlap, image); return 0;
    case CK_BOUND: store_bound_gradient<Classes>(tile, *term.ramp, term.of.bound.costs, image); return 0;
    case CK_LOVASZ: store_lovasz_gradient<Classes, Are>(tile, term.of.lovasz.derivatives, b, image, pixel); return 0;
    }
    return 0;
}

void add_gradient(const Tile &tile, const float *gradient) {
    for (int k = 0; k < tile.classes; k++) {
        float *const to = tile.g + k * tile.g_stride;
        for (int i = 0; i < tile.end; i += lanes) store(to + i, load(to + i) + load(gradient + k * tile_pixels + i));
    }
}

// Adds each term's value in each chunk to values: [chunk, term].
template <int Classes, Softmaxes Are>
void add_terms(const ck_batch &b, const Vector<PreparedTerm> &terms, Vector<double> &values) {
    const auto room_of = [](int64_t planes) { return Vector<float>(static_cast<size_t>(planes * tile_pixels)); };
    for_chunks(b, [&](int64_t chunk, int64_t image, int64_t first, int64_t end) {
        TileMaker maker(b);
        auto added = room_of(terms.size() > 1 ? b.classes : 0), softmax = room_of(Are == Softmaxes::made ? b.classes + 2 : 0);
        for (int64_t pixel = first; pixel < end; pixel += tile_pixels) {
            Tile &tile = maker.take(image, pixel, end);
            if (Are == Softmaxes::made) keep_softmax<Classes>(tile, softmax.data());
            tile.softmax = softmax.data();
            double *value = &values[static_cast<size_t>(chunk) * terms.size()];
            for (const auto &term : terms) {
                const bool adds = tile.g && &term != &terms.front();
                float *const g = tile.g;
                const int64_t g_stride = tile.g_stride;
                if (adds) {
                    tile.g = added.data();
                    tile.g_stride = tile_pixels;
                }
                *value++ += term_of<Classes, Are>(tile, term, b, image, pixel);
                if (!adds) continue;
                tile.g = g;
                tile.g_stride = g_stride;
                add_gradient(tile, added.data());
            }
            maker.give_back();
        }
    });
}

double terms(const ck_batch &b, const ck_term *list, int64_t count) {
    Vector<PreparedTerm> terms;
    terms.reserve(static_cast<size_t>(count));
    for (int64_t t = 0; t < count; t++) terms.emplace_back(list[t], b.classes);
    const bool is_shared = std::count_if(terms.begin(), terms.end(), [](const auto &term) { return term.wants_softmax(); }) > 1;
    Vector<double> values(static_cast<size_t>(b.images * chunks_of(b) * count), 0);
    with_classes(b.classes, [&](auto number) {
        constexpr int classes = decltype(number)::value;
        is_shared ? add_terms<classes, Softmaxes::made>(b, terms, values) : add_terms<classes, Softmaxes::to_make>(b, terms, values);
    });
    double total = 0;
    for (size_t t = 0; t < terms.size(); t++) {
        double value = 0;
        for (size_t i = t; i < values.size(); i += terms.size()) value += values[i];
        total += value * terms[t].factor();
    }
    return total;
}
