#pragma once
#include "relay.h"
#include "wash.h"

namespace sf {

/** What a command may touch. */
struct Actuators {
  Relay* relays;
  Wash* wash;
  Temperature temperature;
  uint32_t boot;
};

/** The answer owed to one command. */
struct Outcome {
  char id[LEASE_LENGTH + 1];
  Answer answer;
};

/** Reads `comando` payloads, remembers the last 16 ids, and carries out what may be. */
class Commands {
 public:
  Commands() : next_(0), seen_() {}
  /** False where there is nothing to answer: no readable id. */
  bool handle(const char* bytes, size_t length, const Actuators& actuators, Millis now, Outcome* out);

 private:
  static const uint8_t KEPT = 16;
  /** Ids are kept as hashes of 64 bits; 0 = none. */
  struct Seen {
    uint64_t id;
    Answer answer;
  };
  uint8_t next_;
  Seen seen_[KEPT];
};

}  // namespace sf
