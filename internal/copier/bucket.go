package copier

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"filippo.io/age"
	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

const bucketScheme = "s3://"

// inBucket tells whether a copy lies in a bucket of a storage that speaks as S3 does.
func inBucket(to string) bool { return strings.HasPrefix(to, bucketScheme) }

// below is the part of a bucket below another.
func below(to, name string) string {
	at, query, asked := strings.Cut(to, "?")
	at = strings.TrimSuffix(at, "/") + "/" + name
	if asked {
		at += "?" + query
	}
	return at
}

// bucket is a place in a bucket. Each request has its time; what is sent or read may take as long as it goes on.
type bucket struct {
	name, prefix string // the prefix ends with a slash, or is empty
	client       *minio.Client
	note         *note  // nil: it is only read
	spool        string // folder for what is sealed before it is sent: its name and length must be known
}

var _ place = (*bucket)(nil)

// newBucket reads s3://bucket/prefix?endpoint=https://storage.example&region=eu-west-2. Without an endpoint it is Amazon's. The keys are
// those of the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY), or of the file that Amazon's tools read.
func newBucket(to string) (*bucket, error) {
	u, err := url.Parse(to)
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("%s is no bucket such as s3://copies/doorstep?endpoint=https://storage.example", to)
	}
	endpoint, lookup := &url.URL{Scheme: "https", Host: "s3.amazonaws.com"}, minio.BucketLookupAuto
	if text := u.Query().Get("endpoint"); text != "" {
		if endpoint, err = url.Parse(text); err != nil || endpoint.Host == "" || endpoint.Scheme != "https" && endpoint.Scheme != "http" {
			return nil, fmt.Errorf("the endpoint of %s is no address such as https://storage.example", to)
		}
		lookup = minio.BucketLookupPath
	}
	keys := credentials.NewChainCredentials([]credentials.Provider{&credentials.EnvAWS{}, &credentials.FileAWSCredentials{}})
	if value, err := keys.GetWithContext(nil); err != nil || value.AccessKeyID == "" {
		return nil, errors.Join(err, errors.New("there are no keys of the storage: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"))
	}
	client, err := minio.New(endpoint.Host, &minio.Options{Creds: keys, Secure: endpoint.Scheme == "https", Region: u.Query().Get("region"), BucketLookup: lookup, MaxRetries: 3})
	if err != nil {
		return nil, fmt.Errorf("use %s: %w", to, err)
	}
	prefix := strings.Trim(u.Path, "/")
	if prefix != "" {
		prefix += "/"
	}
	return &bucket{name: u.Host, prefix: prefix, client: client}, nil
}

func (b *bucket) key(level int, name string) string {
	return b.prefix + strconv.Itoa(level) + "/" + name
}

// listed are the names below a prefix, in their order; where it is not deep, those that end with a slash hold others.
func (b *bucket) listed(prefix string, deep bool) (names []string, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), stuck)
	defer cancel()
	for o := range b.client.ListObjects(ctx, b.name, minio.ListObjectsOptions{Prefix: prefix, Recursive: deep}) {
		if o.Err != nil {
			return nil, fmt.Errorf("list the copy: %w", o.Err)
		}
		names = append(names, strings.TrimPrefix(o.Key, prefix))
	}
	return names, nil
}

func (b *bucket) entries(level int) ([]string, error) { return b.listed(b.key(level, ""), false) }

func (b *bucket) open(level int, name string, keys []age.Identity, offset, size int64) (io.ReadCloser, error) {
	ctx, moving, cancel := whileItMoves()
	object, err := b.client.GetObject(ctx, b.name, b.key(level, name), minio.GetObjectOptions{})
	if err != nil {
		cancel()
		return nil, gone(err)
	}
	end := closer(func() error { cancel(); return object.Close() })
	plain, err := age.Decrypt(moving(object), keys...)
	if err == nil {
		_, err = io.CopyN(io.Discard, plain, offset)
	}
	if err != nil {
		return nil, errors.Join(notForThisKey(name, gone(err)), end.Close())
	}
	if size > 0 {
		plain = io.LimitReader(plain, size)
	}
	return section{plain, end}, nil
}

func (b *bucket) write(level int, fill func(io.Writer) (string, error)) (err error) {
	if err := b.note.keep(); err != nil {
		return err
	}
	spool, err := os.CreateTemp(b.spool, spoolBegin+"*") // made with 0600
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, ignoreClosed(spool.Close()), os.Remove(spool.Name())) }()
	name, err := fill(spool)
	if err != nil {
		return err
	}
	length, err := spool.Seek(0, io.SeekEnd)
	if err == nil {
		_, err = spool.Seek(0, io.SeekStart)
	}
	if err != nil {
		return err
	}
	ctx, moving, cancel := whileItMoves()
	defer cancel()
	_, err = b.client.PutObject(ctx, b.name, b.key(level, name), moving(spool), length, minio.PutObjectOptions{PartSize: 16 << 20, NumThreads: 1, DisableContentSha256: true}) // age tells what was changed
	return err
}

// sweepSpool deletes what was sealed and not sent when the server ended.
func (b *bucket) sweepSpool() error {
	list, err := os.ReadDir(b.spool)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, e := range list {
		if strings.HasPrefix(e.Name(), spoolBegin) {
			err = errors.Join(err, os.Remove(filepath.Join(b.spool, e.Name())))
		}
	}
	return err
}

// spoolBegin is how the names of files begin that are sealed and not sent yet.
const spoolBegin = "sealed-"

func (b *bucket) remove(level int, name string) error {
	ctx, cancel := context.WithTimeout(context.Background(), stuck)
	defer cancel()
	return b.client.RemoveObject(ctx, b.name, b.key(level, name), minio.RemoveObjectOptions{})
}

// empty deletes all that is below.
func (b *bucket) empty() error {
	names, err := b.listed(b.prefix, true)
	for _, name := range names {
		ctx, cancel := context.WithTimeout(context.Background(), stuck)
		err = errors.Join(err, b.client.RemoveObject(ctx, b.name, b.prefix+name, minio.RemoveObjectOptions{}))
		cancel()
	}
	return err
}

func (b *bucket) writable() error {
	ctx, cancel := context.WithTimeout(context.Background(), stuck)
	defer cancel()
	key := b.prefix + "writable"
	if _, err := b.client.PutObject(ctx, b.name, key, strings.NewReader("x"), 1, minio.PutObjectOptions{}); err != nil {
		return fmt.Errorf("write into the bucket of the copy: %w", err)
	}
	return errors.Join(b.client.RemoveObject(ctx, b.name, key, minio.RemoveObjectOptions{}), b.note.keep())
}

// bucketGenerations lists the generations of a copy in a bucket.
func bucketGenerations(copy string) (list []string, err error) {
	if generationName.MatchString(generationOf(copy)) {
		return []string{copy}, nil
	}
	b, err := newBucket(copy)
	if err != nil {
		return nil, err
	}
	names, err := b.listed(b.prefix, false)
	for _, name := range names {
		if name = path.Base(name); generationName.MatchString(name) {
			list = append(list, below(copy, name))
		}
	}
	return list, err
}

// whileItMoves is a context that ends when nothing is read for too long of what moving is given.
func whileItMoves() (ctx context.Context, moving func(io.Reader) io.Reader, end func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	late := time.AfterFunc(stuck, func() { cancel(errHangs) })
	moving = func(r io.Reader) io.Reader {
		return readerFunc(func(p []byte) (int, error) {
			late.Reset(stuck)
			return r.Read(p)
		})
	}
	return ctx, moving, func() {
		late.Stop()
		cancel(nil)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

type closer func() error

func (f closer) Close() error { return f() }

// gone says in our words that a file is not there.
func gone(err error) error {
	if minio.ToErrorResponse(err).Code == minio.NoSuchKey {
		return errors.Join(fs.ErrNotExist, err)
	}
	return err
}
