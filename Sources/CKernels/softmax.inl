// The softmax of sixteen pixels.

template <int Classes> struct Softmax {
    F e[room<Classes>];   // e^(x − largest)
    F largest;
    F total;              // Σ e, from 1 to the number of classes

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

// The vector of the label's class.
template <int Classes> inline F at_label(const F *values, I label, int classes) {
    const int c = Classes ? Classes : classes;
    F value = all(0.f);
    for (int k = 0; k < c; k++) value = choose(same(label, all(k)), values[k], value);
    return value;
}
