#!/usr/bin/env bash
# Formats the data folder where it is new, and becomes Kafka.
set -euo pipefail
cd /opt/kafka/bin
if [[ ! -e /var/lib/kafka/data/meta.properties ]]; then
    ./kafka-storage.sh format --standalone --cluster-id "$(./kafka-storage.sh random-uuid)" \
        --config /etc/koppla/server.properties
fi
exec ./kafka-server-start.sh /etc/koppla/server.properties
