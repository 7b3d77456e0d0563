#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""tree.py: serves /srv/tree, directories and files in memory: everything a file system
does, at offsets. Only Python's own library."""
import os
import re
import sys

name = '/srv/.serve/' + (sys.argv[1:] or ['tree'])[0]
channel = os.open(name, os.O_RDWR | os.O_CREAT)
root = {}


def unquote(word):
    return re.sub(rb'\\0([0-7]{3})', lambda m: bytes([int(m[1], 8)]), word)


def quote(data):
    return re.sub(rb'[^A-Za-z0-9._/,:@%+=-]', lambda m: b'\\0%03o' % m[0][0], data)


def find(path):
    node = root
    for name in path.split(b'/') if path != b'.' else []:
        node = node[name]
    return node


def above(path):
    head, _, name = path.rpartition(b'/')
    return find(head or b'.'), name


def stat(path):
    node = find(path)
    return b'ok d' if isinstance(node, dict) else b'ok f size=%d' % len(node)


def listing(path):
    return b' '.join([b'ok'] + [quote(name) + (b'/' if isinstance(node, dict) else b'')
                                for name, node in find(path).items()])


def read(path, offset, count):
    return b'ok ' + quote(bytes(find(path)[int(offset):int(offset) + int(count)]))


def write(path, offset, data):
    node = find(path)
    at = len(node) if offset == b'end' else int(offset)
    node.extend(bytes(max(0, at - len(node))))
    node[at:at + len(data)] = data
    return b'ok %d' % len(data)


def trunc(path, size):
    node = find(path)
    node[int(size):] = bytes(max(0, int(size) - len(node)))
    return b'ok'


def new(path, kind, mode):
    directory, name = above(path)
    directory[name] = {} if kind == b'd' else bytearray()
    return b'ok'


def delete(path):
    directory, name = above(path)
    if isinstance(directory[name], dict) and directory[name]:
        return b'err ENOTEMPTY'
    del directory[name]
    return b'ok'


def move(path, to):
    node = find(path)
    delete(to) if to in find(b'.') else None
    directory, name = above(path)
    del directory[name]
    directory, name = above(to)
    directory[name] = node
    return b'ok'


operations = {b'stat': stat, b'list': listing, b'read': read, b'write': write,
              b'trunc': trunc, b'new': new, b'del': delete, b'move': move}
os.write(channel, b'hello read write trunc move\n')
for line in open(channel, 'rb'):
    op, tag, *words = line.split()
    try:
        answer = operations[op](*map(unquote, words))
    except KeyError:
        answer = b'err ENOENT'
    except (TypeError, ValueError):
        answer = b'err EINVAL'
    os.write(channel, tag + b' ' + answer + b'\n')
