#pragma once

/// Preloaded into a program, this library moves its clock by the seconds in this variable of the environment.
#define CLOCK_SHIFT "DIFFSS_TEST_CLOCK_SHIFT"
