/* machines.h -- all machines. */
#ifndef EO_MACHINES_H
#define EO_MACHINES_H

#include "proto/proto.h"

extern const struct proto_ops eo_proto_esphome;
extern const struct proto_ops eo_proto_arduino;

#endif
