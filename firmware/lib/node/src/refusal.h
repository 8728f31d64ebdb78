#pragma once
#include "types.h"

namespace sf {

/** The codes of `comando/esito`. */
enum Refusal : uint8_t {
  ACCEPTED,
  EXPIRED,
  OTHER_BOOT,
  UNKNOWN_LOAD,
  MIN_OFF,
  MAX_ON,
  WALL_SWITCH,
  STARTS,
  FROST,
  HEAT,
  INTERVAL,
  NO_SENSOR,
  NO_ACTUATOR,
  BAD_FORMAT
};

const FlashText* refusal_code(Refusal refusal);

/** What became of a command; `retry_s` 0 = not said. */
struct Answer {
  Refusal refusal;
  uint32_t retry_s;
};

inline Answer accepted() {
  const Answer a = {ACCEPTED, 0};
  return a;
}

inline Answer refused(Refusal refusal, uint32_t retry_s = 0) {
  const Answer a = {refusal, retry_s};
  return a;
}

}  // namespace sf
