#include "events.h"
#include "crc.h"
#include <string.h>

namespace sf {

const FlashText* event_name(uint8_t code) {
  switch (code) {
    case STARTED: return F_("avvio");
    case MQTT_UP: return F_("mqtt_su");
    case MQTT_DOWN: return F_("mqtt_giu");
    case LINK_UP: return F_("cavo_su");
    case LINK_DOWN: return F_("cavo_giu");
    case ADDRESS: return F_("indirizzo");
    case CT_FAULT: return F_("ct");
    case NTC_FAULT: return F_("ntc");
    case LOAD_SWITCHED: return F_("carico");
    case COMMAND_REFUSED: return F_("comando_rifiutato");
    case COMMAND_UNREADABLE: return F_("comando_illeggibile");
    case COMMAND_RETAINED: return F_("comando_trattenuto");
    case WASHED: return F_("pulizia");
    case SETTINGS_SAVED: return F_("salvato");
    case SETTINGS_LOST: return F_("impostazioni_perse");
    case CALIBRATED: return F_("calibrato");
    case WATCHDOG_ORDERED: return F_("riavvio");
    default: return F_("?");
  }
}

EventLog::EventLog(Eeprom& eeprom, EepromWriter& writer)
    : eeprom_(eeprom), writer_(writer), sequence_(0), boot_(0), waiting_count_(0), allowance_(HOURLY), refilled_(0),
      has_news_(false) {}

static uint32_t get32(const uint8_t* from) {
  return from[0] | static_cast<uint32_t>(from[1]) << 8 | static_cast<uint32_t>(from[2]) << 16 |
         static_cast<uint32_t>(from[3]) << 24;
}

static uint16_t get16(const uint8_t* from) { return static_cast<uint16_t>(from[0] | from[1] << 8); }

bool EventLog::read_slot(uint8_t slot, Event* out) const {
  uint8_t r[16];
  eeprom_read(eeprom_, static_cast<uint16_t>(EVENTS_AT + slot * sizeof r), r, sizeof r);
  if (get16(r + 14) != crc16(r, 14)) return false;
  out->sequence = get32(r);
  out->uptime_s = get32(r + 4);
  out->boot = get16(r + 8);
  out->value = get16(r + 10);
  out->code = r[12];
  return out->sequence % EVENTS_KEPT == slot && out->sequence != 0;
}

void EventLog::begin(uint32_t boot) {
  boot_ = static_cast<uint16_t>(boot);
  Event e;
  for (uint8_t i = 0; i < EVENTS_KEPT; i++)
    if (read_slot(i, &e) && e.sequence > sequence_) sequence_ = e.sequence;
}

void EventLog::add(EventCode code, uint16_t value, Millis now) {
  const Event e = {0, seconds(now), boot_, value, code};
  news_ = e;
  has_news_ = true;
  if (waiting_count_ == WAITING || allowance_ == 0) return;
  allowance_--;
  waiting_[waiting_count_++] = e;
}

void EventLog::step(Millis now) {
  if (now - refilled_ >= 3600 * SECOND / HOURLY) {
    refilled_ = now;
    if (allowance_ < HOURLY) allowance_++;
  }
  if (!waiting_count_ || writer_.busy()) return;
  const Event& e = waiting_[0];
  sequence_++;
  for (uint8_t i = 0; i < 4; i++) {
    record_[i] = static_cast<uint8_t>(sequence_ >> (8 * i));
    record_[4 + i] = static_cast<uint8_t>(e.uptime_s >> (8 * i));
  }
  record_[8] = static_cast<uint8_t>(e.boot);
  record_[9] = static_cast<uint8_t>(e.boot >> 8);
  record_[10] = static_cast<uint8_t>(e.value);
  record_[11] = static_cast<uint8_t>(e.value >> 8);
  record_[12] = e.code;
  record_[13] = 0;
  const uint16_t crc = crc16(record_, 14);
  record_[14] = static_cast<uint8_t>(crc);
  record_[15] = static_cast<uint8_t>(crc >> 8);
  writer_.start(static_cast<uint16_t>(EVENTS_AT + sequence_ % EVENTS_KEPT * sizeof record_), record_, sizeof record_);
  waiting_count_--;
  memmove(waiting_, waiting_ + 1, waiting_count_ * sizeof waiting_[0]);
}

bool EventLog::read(uint8_t nth, Event* out) const {
  for (uint8_t back = EVENTS_KEPT; back-- > 0;) {
    if (sequence_ <= back) continue;
    const uint32_t sequence = sequence_ - back;
    if (!read_slot(static_cast<uint8_t>(sequence % EVENTS_KEPT), out) || out->sequence != sequence) continue;
    if (nth-- == 0) return true;
  }
  return false;
}

bool EventLog::take_news(Event* out) {
  if (!has_news_) return false;
  *out = news_;
  has_news_ = false;
  return true;
}

}  // namespace sf
