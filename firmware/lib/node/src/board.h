#pragma once
#include "types.h"

namespace sf {

enum ResetCause : uint8_t { RESET_UNKNOWN, RESET_POWER, RESET_BROWN_OUT, RESET_EXTERNAL, RESET_WATCHDOG };

const FlashText* reset_code(ResetCause cause);

/** The pins of the board, and what only it knows. */
class Pins {
 public:
  /** Drives the relay inputs; at start it is called before they become outputs. */
  virtual void relay(uint8_t output, bool high) = 0;
  virtual void valve(bool open) = 0;
  virtual bool wall_closed(uint8_t input) = 0;
  virtual void led(bool on) = 0;
  /** Bytes the stack has never reached since the start. */
  virtual uint16_t free_ram() = 0;
  virtual const FlashText* board_name() = 0;
  /** Lets the watchdog bite. */
  virtual void restart() = 0;

 protected:
  ~Pins() {}
};

class SerialPort {
 public:
  virtual int read() = 0;  // -1 = nothing
  virtual size_t room() = 0;
  virtual void write(char c) = 0;

 protected:
  ~SerialPort() {}
};

/** The watchdog is fed only when both the measuring and the network have gone on since it was last fed. */
class Progress {
 public:
  Progress() : measured_(false), networked_(false) {}
  void measured() { measured_ = true; }
  void networked() { networked_ = true; }
  bool may_feed() {
    const bool both = measured_ && networked_;
    if (both) measured_ = networked_ = false;
    return both;
  }

 private:
  bool measured_, networked_;
};

}  // namespace sf
