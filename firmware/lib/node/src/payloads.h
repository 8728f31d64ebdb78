#pragma once
#include "commands.h"
#include "meter.h"
#include "readings.h"
#include "text.h"

namespace sf {

#ifndef SF_FIRMWARE_VERSION
#define SF_FIRMWARE_VERSION "1.0.0"
#endif

// What goes to the hub, as the contract spells it.

void write_reading(Text& out, const Reading& reading, uint32_t boot, uint32_t uptime_s);
void write_status(Text& out, const Meter& meter, uint32_t boot, uint32_t uptime_s);
void write_load_state(Text& out, const Relay& relay, Millis now);
void write_load_config(Text& out, const LoadSettings& load, uint8_t output);
void write_outcome(Text& out, const Outcome& outcome);
void write_wash(Text& out, const Wash& wash, Millis now);
/** `["ct_consumo_assente"]` */
void write_faults(Text& out, const Meter& meter);

}  // namespace sf
