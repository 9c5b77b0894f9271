#include "tests/laboratory/judging/samples.h"
#include "tools/laboratory/judging/verdict.h"

#include <doctest/doctest.h>

#include <random>

using namespace curfew::laboratory;

namespace {

/// What a busy machine with two cores does to a measurement.
void disturb(Sample& sample, std::mt19937& chance) {
    const auto happens = [&](double probability) {
        return std::bernoulli_distribution(probability)(chance);
    };
    sample.late_ms += std::lognormal_distribution<double>(0.5, 0.8)(chance);
    if (happens(0.07)) sample.late_ms += 60;
    if (happens(0.02)) sample.next = Next::failed;
    if (happens(0.02)) sample.others.lost = 1;
    if (happens(0.05)) sample.left.descriptors += 1;
    if (happens(0.05)) sample.left.threads += 1;
    if (happens(0.05)) sample.whole_ms.reset();
    if (happens(0.10)) sample.left.memory_kib += 2048;
}

using Change = void (*)(Sample&);

/// What strategies do or do not do: most of it always or never.
constexpr Change behaviours[] = {
    [](Sample&) {},
    needs_the_server,
    harakiri,
    [](Sample& each) { each.next = Next::wrong; },
    [](Sample& each) { each.left.function = "it computes"; },
    [](Sample& each) { each.left.queries = 1; },
    [](Sample& each) { each.late_ms = 150; },
    is_cut_off,
};

/// Of ten cells one behaves now so and now otherwise, with any probability from 0.05 to 0.95;
/// of the others each in its own way, nearly always.
double probability(int number) { return number % 10 == 0 ? 0.05 + 0.1 * (number / 10 % 10) : 0.97; }

/// As the lab does it: once more, and once more, until that is decided, if `again`.
Verdict measured(int number, int repetitions, bool again, std::mt19937& chance) {
    const auto change =
        behaviours[static_cast<std::size_t>(number + number / 100) % std::size(behaviours)];
    std::bernoulli_distribution shows(probability(number));
    const auto one = [&] {
        auto sample = good_sample();
        if (shows(chance)) change(sample);
        disturb(sample, chance);
        return sample;
    };
    auto cell = cell_of({});
    const auto most = again ? most_rounds * repetitions : repetitions;
    while (std::ssize(cell.samples) < most &&
           (std::ssize(cell.samples) < repetitions || undecided(cell))) {
        cell.samples.push_back(one());
    }
    conclude(cell);
    return cell.verdict;
}

double agreement(int repetitions, bool again = true) {
    constexpr int cells = 1000;
    std::mt19937 chance(3);
    int same = 0;
    for (int number = 0; number < cells; ++number) {
        const auto first = measured(number, repetitions, again, chance);
        if (first == measured(number, repetitions, again, chance)) ++same;
    }
    return static_cast<double>(same) / cells;
}

}  // namespace

TEST_CASE("two runs on a busy machine agree in 98 % of the cells") {
    CHECK(agreement(least_samples) >= 0.98);
    CHECK(agreement(10) >= 0.98);
}

TEST_CASE("without further samples where it is close they would not") {
    CHECK(agreement(least_samples, false) < 0.95);
}
