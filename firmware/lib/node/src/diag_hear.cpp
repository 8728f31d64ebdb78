#include "crc.h"
#include "node.h"
#include <string.h>

namespace sf {

static const uint8_t BYTES_A_STEP = 64;
static const size_t CRC_TAIL = 14;  // ,"crc":"1A2B"}

void Diag::hear(Millis now) {
  for (uint8_t i = 0; i < BYTES_A_STEP && idle() && parts_ == NO_PARTS; i++) {
    const int c = node_.hw_.serial.read();
    if (c < 0) return;
    if (c == '\n') {
      if (overlong_) {
        refuse_line(F_("lungo"), now);
      } else {
        if (line_length_ && line_[line_length_ - 1] == '\r') line_length_--;
        line_[line_length_] = 0;
        if (line_length_) line(now);
      }
      overlong_ = false;
      line_length_ = 0;
    } else if (line_length_ == LINE) {
      overlong_ = true;
    } else {
      line_[line_length_++] = static_cast<char>(c);
    }
  }
}

/** Whether the line ends in its right checksum; `length` is then that of the object without it, less the last brace. */
bool Diag::checked(size_t* length) const {
  if (line_length_ < CRC_TAIL) return false;
  const char* tail = line_ + line_length_ - CRC_TAIL;
  if (!equals(tail, 8, F_(",\"crc\":\"")) || !equals(tail + 12, 2, F_("\"}"))) return false;
  char expected[5];
  Text text(expected, sizeof expected);
  *length = line_length_ - CRC_TAIL;
  text.add_hex(crc16(line_, *length), 4);
  return memcmp(expected, tail + 8, 4) == 0;
}

void Diag::line(Millis now) {
  if (line_length_ == 1) return letter(line_[0], now);
  JsonReader json;
  if (!json.parse(line_, line_length_)) return refuse_line(F_("formato"), now);
  size_t length;
  const bool good = checked(&length);
  if (json.has(F_("crc")) && !good) return refuse_line(F_("crc"), now);
  uint32_t id;
  char command[16];
  if (!json.natural(F_("id"), 65535, &id) || !json.text(F_("cmd"), command, sizeof command))
    return refuse_line(F_("formato"), now);
  if (!run(command, &json, static_cast<uint16_t>(id), good, now)) refuse(static_cast<uint16_t>(id), F_("comando"));
}

static const FlashText* command_of(char letter) {
  switch (letter) {
    case 'i': return F_("info");
    case 'm': return F_("segui");
    case 'a': return F_("adc");
    case 't': return F_("autotest");
    case 'c': return F_("contatori");
    case 'e': return F_("eventi");
    case 'n': return F_("rete");
    case 'g': return F_("config");
    case 'l': return F_("carichi");
    default: return nullptr;
  }
}

void Diag::letter(char c, Millis now) {
  if (c == '?') return say_help();
  const FlashText* name = command_of(c);
  if (!name) return refuse_line(F_("formato"), now);
  char command[16];
  Text text(command, sizeof command);
  text.add(name);
  run(command, nullptr, 0, false, now);
}

bool Diag::run(const char* command, const JsonReader* json, uint16_t id, bool checked, Millis now) {
  const bool busy = calibration_outcome_ != 0 || save_outcome_ != 0 || redialling_;
  Parts parts = NO_PARTS;
  if (equals(command, F_("info"))) return say_info(id, now), true;
  if (equals(command, F_("misure"))) return say_values(id), true;
  if (equals(command, F_("rete"))) return say_network(id), true;
  if (equals(command, F_("contatori"))) return say_counters(id, now), true;
  if (equals(command, F_("segui"))) {
    bool on = !live_;
    if (json && json->has(F_("acceso")) && !json->boolean(F_("acceso"), &on))
      return refuse_field(id, F_("acceso"), F_("true o false")), true;
    live_ = on;
    return agree(id), true;
  }
  if (equals(command, F_("adc"))) {
    uint32_t channel;
    if (json) {
      if (!json->natural(F_("canale"), CHANNELS - 1, &channel)) return refuse_field(id, F_("canale"), F_("0..1")), true;
      return say_adc(id, static_cast<uint8_t>(channel), false), true;
    }
    parts = ADC_ALL;
  }
  if (equals(command, F_("autotest"))) parts = SELF_TEST;
  if (equals(command, F_("eventi"))) parts = EVENTS;
  if (equals(command, F_("config"))) parts = CONFIG;
  if (equals(command, F_("carichi"))) parts = LOAD_LIST;
  if (parts != NO_PARTS) {
    parts_ = parts;
    parts_id_ = id;
    part_ = shown_ = worst_ = 0;
    return true;
  }
  if (!json) return false;

  // From here on something changes.
  typedef void (Diag::*Change)(const JsonReader&, uint16_t);
  Change change = nullptr;
  const bool relay = equals(command, F_("rele")), valve = equals(command, F_("valvola"));
  const bool save = equals(command, F_("salva")), back = equals(command, F_("annulla"));
  const bool factory = equals(command, F_("predefiniti")), restart = equals(command, F_("riavvia"));
  const bool redial = equals(command, F_("prova_rete"));
  if (equals(command, F_("calibra"))) change = &Diag::do_calibrate;
  if (equals(command, F_("imposta"))) change = &Diag::do_set;
  if (equals(command, F_("carico"))) change = &Diag::do_load;
  if (!change && !relay && !valve && !save && !back && !factory && !restart && !redial) return false;
  if (!checked) return refuse(id, F_("crc")), true;
  if (relay) return do_relay(*json, id, now), true;
  if (valve) return do_valve(*json, id, now), true;
  const bool ends_calibration = change == &Diag::do_calibrate && calibration_outcome_ == 1;
  if (busy && !ends_calibration) return refuse(id, F_("occupato")), true;
  if (change) return (this->*change)(*json, id), true;
  if (save) return do_save(id), true;
  if (back || factory) {
    if (back) {
      node_.edited_ = node_.settings_;
    } else {
      const uint32_t sequence = node_.edited_.sequence;
      default_settings(node_.edited_);
      node_.edited_.sequence = sequence;
    }
    node_.unsaved_ = factory;
    node_.meter_.configure(node_.edited_);
    return agree(id), true;
  }
  if (redial) {
    redialling_ = true;
    redial_id_ = id;
    redial_at_ = now;
    node_.network_.redial(now);
    return true;
  }
  node_.restarting_ = true;
  node_.events_.add(WATCHDOG_ORDERED, 0, now);
  return agree(id), true;
}

}  // namespace sf
