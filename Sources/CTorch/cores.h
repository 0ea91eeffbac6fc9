// Leaves the cores to other programs while threads wait.

#pragma once

// What the threads that see to it are called.
#define CT_CORES_NAME "shared-cores"

// Watches from now on whether other programs want the cores, and keeps the waits of OpenMP's threads short while they do; does
// nothing where the user has said how they wait (OMP_WAIT_POLICY, GOMP_SPINCOUNT). OpenMP is loaded.
void ct_share_cores(void);
