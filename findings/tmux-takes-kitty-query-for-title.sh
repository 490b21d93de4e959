#!/bin/sh
# Asking through tmux 3.3a whether the terminal knows kitty's graphics renames the pane.
#
# Guess: a terminal that does not know kitty's graphics protocol swallows its sequences (ESC _ G ... ESC \) without effect, and tmux, which
# passes none of them on, does the same.
# Found with tmux 3.3a: the pane's title becomes the query's text. A program that probes for graphics inside tmux without the envelope of
# tmux's pass-through changes what the status line and `list-panes` show; the title stays after the program has ended.
set -eu
work=$(mktemp -d)
trap '"$tmux" -L finding kill-server 2> /dev/null || :; rm -rf "$work"' EXIT
cd "$work"
apt-get -o APT::Sandbox::User=root download tmux=3.3a-3 libevent-core-2.1-7=2.1.12-stable-8 libutempter0=1.2.1-3 > /dev/null
for package in ./*.deb; do dpkg -x "$package" root; done
tmux=$work/root/usr/bin/tmux
LD_LIBRARY_PATH=$(dirname "$(find "$work/root" -name 'libevent_core-2.1.so.7' | head -1)")
export LD_LIBRARY_PATH
unset TMUX TMUX_PANE
"$tmux" -V
export LC_ALL=C.UTF-8
# One pixel, to be asked about and not to be shown (a=q).
"$tmux" -L finding -f /dev/null new-session -d -x 80 -y 24 \
  "printf '\\033_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\\033\\\\'; $tmux -L finding wait-for -S asked; exec sleep 60"
"$tmux" -L finding wait-for asked
for _ in $(seq 50); do
  title=$("$tmux" -L finding display-message -p '#{pane_title}')
  case $title in G*) break ;; esac
  sleep 0.1
done
echo "title: $title"
[ "$title" = 'Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA' ]
