/* SPDX-License-Identifier: Dual MIT/GPL */
#include "../events.bpf.h"
