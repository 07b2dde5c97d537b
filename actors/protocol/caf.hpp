#pragma once
// The one door to CAF 0.17: every file that needs CAF includes this first. The standard headers stand before CAF's
// own because CAF 0.17 relies on a compiler that brings them in by chance.

#include <cstdint>
#include <limits>
#include <memory>
#include <string>

#include <caf/all.hpp>
