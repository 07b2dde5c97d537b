#include "actors/protocol/front_doors.hpp"
