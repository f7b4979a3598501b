/* The smallest program that uses libhyco. */
#include <hyco/hyco.h>
#include <stdio.h>

int main(void)
{
  printf("%s: %s\n", hyco_error_name(HYCO_EWOULDBLOCK), hyco_strerror(-10035));
  return 0;
}
