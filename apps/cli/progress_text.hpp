#pragma once
// Where the command line finds the lines on events and listings that it shares with the bot.

#include "net/progress_text.hpp"
