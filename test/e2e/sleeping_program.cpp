// Stands in for rg where a test wants a tool call that never ends by itself.

#include <unistd.h>

int main() {
  for (;;)
    pause();
}
