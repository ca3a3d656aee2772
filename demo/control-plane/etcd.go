package main

import (
	"fmt"
	"net/url"
	"path/filepath"
	"time"

	"go.etcd.io/etcd/server/v3/embed"
)

const etcdSocket = "etcd.sock"

// startEtcd starts a single-member etcd on a Unix socket in dir. The directory
// is 0700, so no other user of the machine reaches the store. fsync is off: the
// data survives the death of the process (kill -9), not of the machine.
func startEtcd(dir string) (*embed.Etcd, error) {
	config := embed.NewConfig()
	config.Dir = filepath.Join(dir, "etcd")
	config.Logger, config.LogLevel = "zap", "error"
	config.UnsafeNoFsync = true
	socket := url.URL{Scheme: "unix", Path: filepath.Join(dir, etcdSocket)}
	nobody := url.URL{Scheme: "http", Host: "127.0.0.1:0"} // a single member has no peers to dial
	config.ListenClientUrls = []url.URL{socket}
	config.AdvertiseClientUrls = []url.URL{nobody}
	config.ListenPeerUrls = []url.URL{nobody}
	config.AdvertisePeerUrls = []url.URL{nobody}
	config.InitialCluster = config.InitialClusterFromName(config.Name)
	etcd, err := embed.StartEtcd(config)
	if err != nil {
		return nil, err
	}
	select {
	case <-etcd.Server.ReadyNotify():
		return etcd, nil
	case err := <-etcd.Err():
		etcd.Close()
		return nil, err
	case <-time.After(time.Minute):
		etcd.Close()
		return nil, fmt.Errorf("not ready after a minute")
	}
}
