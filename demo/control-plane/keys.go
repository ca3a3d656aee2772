package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"

	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

const (
	caCert            = "ca.crt"
	serverCert        = "server.crt"
	serverKey         = "server.key"
	serviceAccountKey = "service-account.key"
	adminCert         = "admin.crt"
	adminKey          = "admin.key"
	kubeconfigFile    = "admin.kubeconfig"
	validity          = 365 * 24 * time.Hour
)

// ensureKeys makes, once, an authority, the server's certificate, an
// administrator's client certificate (group system:masters) and the service
// account signing key; near their end they are made anew. The kubeconfig is
// written at each start, because the port may have changed.
func ensureKeys(dir string, port int) error {
	if !stillValid(filepath.Join(dir, serverCert)) {
		if err := makeKeys(dir); err != nil {
			return err
		}
	}
	read := func(name string) []byte {
		data, _ := os.ReadFile(filepath.Join(dir, name)) // a missing file shows itself in the kubeconfig's first use
		return data
	}
	config := clientcmdapi.NewConfig()
	config.Clusters["corbel"] = &clientcmdapi.Cluster{Server: fmt.Sprintf("https://127.0.0.1:%d", port), CertificateAuthorityData: read(caCert)}
	config.AuthInfos["admin"] = &clientcmdapi.AuthInfo{ClientCertificateData: read(adminCert), ClientKeyData: read(adminKey)}
	config.Contexts["corbel"] = &clientcmdapi.Context{Cluster: "corbel", AuthInfo: "admin"}
	config.CurrentContext = "corbel"
	return clientcmd.WriteToFile(*config, filepath.Join(dir, kubeconfigFile))
}

func stillValid(certFile string) bool {
	data, err := os.ReadFile(certFile)
	if err != nil {
		return false
	}
	block, _ := pem.Decode(data)
	if block == nil {
		return false
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	return err == nil && time.Now().Add(7*24*time.Hour).Before(cert.NotAfter)
}

func makeKeys(dir string) error {
	authorityKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	authority := template(1, pkix.Name{CommonName: "corbel-demo-authority"})
	authority.IsCA, authority.BasicConstraintsValid = true, true
	authority.KeyUsage |= x509.KeyUsageCertSign
	authorityDER, err := x509.CreateCertificate(rand.Reader, authority, authority, authorityKey.Public(), authorityKey)
	if err != nil {
		return err
	}

	server := template(2, pkix.Name{CommonName: "corbel-demo-control-plane"})
	server.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	server.DNSNames = []string{"localhost", "kubernetes.default.svc"}
	server.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1), net.IPv4(10, 0, 0, 1)}

	admin := template(3, pkix.Name{CommonName: "corbel-demo-admin", Organization: []string{"system:masters"}})
	admin.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}

	files := map[string][]byte{caCert: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: authorityDER})}
	for _, leaf := range []struct {
		cert          *x509.Certificate
		certFile, key string
	}{{server, serverCert, serverKey}, {admin, adminCert, adminKey}} {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			return err
		}
		der, err := x509.CreateCertificate(rand.Reader, leaf.cert, authority, key.Public(), authorityKey)
		if err != nil {
			return err
		}
		if files[leaf.key], err = privateKeyPEM(key); err != nil {
			return err
		}
		files[leaf.certFile] = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	}
	signing, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	if files[serviceAccountKey], err = privateKeyPEM(signing); err != nil {
		return err
	}
	certificate := files[serverCert]
	delete(files, serverCert)
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			return err
		}
	}
	// Last: its presence says that the set is complete.
	return os.WriteFile(filepath.Join(dir, serverCert), certificate, 0o600)
}

func template(serial int64, subject pkix.Name) *x509.Certificate {
	start := time.Now().Add(-time.Minute)
	return &x509.Certificate{SerialNumber: big.NewInt(serial), Subject: subject, NotBefore: start, NotAfter: start.Add(validity), KeyUsage: x509.KeyUsageDigitalSignature}
}

func privateKeyPEM(key crypto.PrivateKey) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}
