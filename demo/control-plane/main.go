// Command control-plane runs a genuine kube-apiserver, an etcd and the few
// controllers that a cluster of custom resources needs, in one process on the
// loopback interface. It exists for Corbel's demo and tests: there are no
// nodes, no scheduler and no workloads.
//
//	control-plane --data-dir DIR --port N [--follow-stdin] [-- kube-apiserver flags]
//
// DIR (0700) holds etcd's data, the keys and DIR/admin.kubeconfig. All of it is
// kept between runs, so a restart finds the same cluster. With --follow-stdin
// the process ends when its standard input closes, that is when its parent dies.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"k8s.io/component-base/cli"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
)

func main() {
	dir := flag.String("data-dir", "", "directory for etcd data, keys and the administrator's kubeconfig")
	port := flag.Int("port", 6443, "HTTPS port on 127.0.0.1")
	follow := flag.Bool("follow-stdin", false, "stop when standard input is closed")
	flag.Parse()
	if *dir == "" {
		fmt.Fprintln(os.Stderr, "control-plane: --data-dir is missing")
		os.Exit(2)
	}
	if *follow {
		go func() {
			_, _ = io.Copy(io.Discard, os.Stdin)
			_ = syscall.Kill(os.Getpid(), syscall.SIGTERM)
		}()
	}
	if err := run(*dir, *port, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "control-plane:", err)
		os.Exit(1)
	}
}

func run(dir string, port int, extra []string) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := ensureKeys(dir, port); err != nil {
		return fmt.Errorf("making keys: %w", err)
	}
	etcd, err := startEtcd(dir)
	if err != nil {
		return fmt.Errorf("starting etcd: %w", err)
	}
	defer etcd.Close()

	// kube-apiserver installs its own signal handler and drains on SIGTERM. It
	// waits a minute for open watches, so the controllers must let go of theirs
	// on the same signal.
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	failed := make(chan error, 1)
	go func() { failed <- runControllers(ctx, filepath.Join(dir, kubeconfigFile)) }()
	go func() {
		if err := <-failed; err != nil {
			fmt.Fprintln(os.Stderr, "control-plane: controllers:", err)
			_ = syscall.Kill(os.Getpid(), syscall.SIGTERM)
		}
	}()

	server := apiserver.NewAPIServerCommand()
	server.SetArgs(append(serverFlags(dir, port), extra...))
	if code := cli.Run(server); code != 0 {
		return fmt.Errorf("kube-apiserver ended with exit code %d", code)
	}
	return nil
}

// serverFlags are the flags every demo cluster has; the caller's own come after
// them, so they win.
func serverFlags(dir string, port int) []string {
	file := func(name string) string { return filepath.Join(dir, name) }
	return []string{
		"--etcd-servers=unix://" + file(etcdSocket),
		"--bind-address=127.0.0.1",
		"--advertise-address=127.0.0.1",
		fmt.Sprintf("--secure-port=%d", port),
		"--endpoint-reconciler-type=none", // a loopback endpoint cannot be published
		"--service-cluster-ip-range=10.0.0.0/24",
		"--tls-cert-file=" + file(serverCert),
		"--tls-private-key-file=" + file(serverKey),
		"--client-ca-file=" + file(caCert),
		"--service-account-issuer=https://kubernetes.default.svc",
		"--service-account-key-file=" + file(serviceAccountKey),
		"--service-account-signing-key-file=" + file(serviceAccountKey),
		"--authorization-mode=RBAC",
		"--disable-admission-plugins=ServiceAccount", // it only concerns pods
		"--v=0",
	}
}
