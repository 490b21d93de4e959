#!/bin/sh
# sbatch says that the submission failed, exits with 1, and the job runs.
#
# Guess: after "Batch job submission failed" there is no job, and a program that submits may try again.
# Found with Slurm 22.05.8: when slurmctld does not answer within MessageTimeout (10 s unless said), sbatch gives up, but its request
# lies in the controller's socket and is served as soon as the controller goes on. Submitting again then gives the same job twice.
# Whoever tries again has to look for the job by its name first.
set -eu
work=$(mktemp -d)
trap 'scancel -s KILL -b -u "$(id -un)" 2> /dev/null || :; sleep 1; kill -KILL $daemons 2> /dev/null || :; rm -rf "$work"' EXIT
daemons=
cd "$work"
slurm=22.05.8-4+deb12u3
apt-get -o APT::Sandbox::User=root download slurm-client=$slurm slurmctld=$slurm slurmd=$slurm slurm-wlm-basic-plugins=$slurm \
  munge=0.5.15-2+deb12u1 libmunge2=0.5.15-2+deb12u1 libhwloc15=2.9.0-1 > /dev/null
for package in ./*.deb; do dpkg -x "$package" root; done
LD_LIBRARY_PATH=$(find "$work/root" -name '*.so*' ! -path '*/slurm-wlm/*_*' -exec dirname {} + | sort -u | paste -sd :)
PATH=$work/root/usr/bin:$work/root/usr/sbin:$PATH SLURM_CONF=$work/slurm.conf
export LD_LIBRARY_PATH PATH SLURM_CONF
mkdir state spool
port=$((20000 + $$ % 5000 * 2))
cat > slurm.conf << CONF
ClusterName=finding
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmctldPort=$port
SlurmdPort=$((port + 1))
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
AuthInfo=socket=$work/munge.socket
PluginDir=$(dirname "$(find "$work/root" -name auth_munge.so)")
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
MessageTimeout=5
MailProg=/bin/true
ProctrackType=proctrack/linuxproc
ReturnToService=2
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
NodeName=node NodeHostname=$(hostname -s) NodeAddr=127.0.0.1 CPUs=4
PartitionName=main Nodes=node Default=YES MaxTime=10
CONF
(umask 077 && head -c 128 /dev/urandom > key)
munged --foreground --force --key-file="$work/key" --socket="$work/munge.socket" --pid-file="$work/munge.pid" --seed-file="$work/seed" \
  --log-file="$work/munge.log" 2> /dev/null &
daemons="$daemons $!"
slurmctld-wlm -D -i > slurmctld.log 2>&1 &
controller=$!
daemons="$daemons $controller"
slurmd-wlm -D -N node -d "$work/root/usr/sbin/slurmstepd-wlm" > slurmd.log 2>&1 &
daemons="$daemons $!"
for _ in $(seq 100); do
  [ "$(sinfo -h -o %T 2> /dev/null | head -1)" = idle ] && break
  sleep 0.2
done
sbatch --version
printf '#!/bin/sh\necho "the job ran"\n' > job.sh
kill -STOP "$controller"
status=0
sbatch -J once -o "$work/out" job.sh 2> said || status=$?
kill -CONT "$controller"
cat said
echo "exit $status"
for _ in $(seq 100); do
  [ ! -s out ] || break
  sleep 0.2
done
cat out
[ "$status" = 1 ]
grep -q '^sbatch: error: Batch job submission failed: Socket timed out on send/recv operation$' said
grep -q '^the job ran$' out
