#pragma once
#include "types.h"

namespace sf {

/** Xorshift: spreads a street's restarts and reconnections, protects nothing. */
class Random {
 public:
  explicit Random(uint32_t seed) : state_(seed ? seed : 0x9E3779B9u) {}
  uint32_t next() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 17;
    state_ ^= state_ << 5;
    return state_;
  }
  uint32_t below(uint32_t limit) { return static_cast<uint32_t>((static_cast<uint64_t>(next()) * limit) >> 32); }
  void stir(uint32_t noise) {
    state_ ^= noise;
    if (!state_) state_ = 0x9E3779B9u;
    next();
  }

 private:
  uint32_t state_;
};

}  // namespace sf
