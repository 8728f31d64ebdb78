#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest.h>
#include "../support/house.h"

TEST_CASE("provisioned over the port, it connects and says what it measures") {
  House h;
  h.provision();
  h.settle();
  REQUIRE(h.broker.faults.empty());
  h.sampler.amps[0] = 10;
  h.sampler.amps[1] = 4;
  h.run(25);
  MESSAGE(h.serial.out);
  for (auto& p : h.broker.published) MESSAGE(p.topic << " " << p.payload);
}
