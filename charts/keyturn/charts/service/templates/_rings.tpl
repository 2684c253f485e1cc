{{/*
Whether a service reads the truth of a ring itself: issuers do, and holders of a shared secret. "true" or nothing.
Takes the service.
*/}}
{{- define "service.readsTruth" -}}
{{- $reads := false }}
{{- range .values.rings }}{{ if ne . "verifier" }}{{ $reads = true }}{{ end }}{{ end }}
{{- if $reads }}true{{ end }}
{{- end }}

{{/* Whether its pods talk to the API server. "true" or nothing. */}}
{{- define "service.usesApiServer" -}}
{{- if or .values.apiServer (include "service.readsTruth" .) }}true{{ end }}
{{- end }}

{{/* Who serves ring documents: the issuers, then every replica of the operator. Takes { root }. */}}
{{- define "service.ringUrls" -}}
http://{{ include "service.host" (dict "root" .root "name" "auth-internal") }}:9000,http://{{ include "service.host" (dict "root" .root "name" "operator") }}:9000
{{- end }}

{{- define "service.ringVolumes" -}}
{{- range $ring, $role := .values.rings }}
- name: ring-{{ $ring }}
  {{- if eq $role "verifier" }}
  configMap: { name: keyring-{{ $ring }}-public, optional: true }
  {{- else }}
  secret: { secretName: keyring-{{ $ring }}, optional: true, defaultMode: 0440 }
  {{- end }}
{{- end }}
{{- end }}

{{- define "service.ringMounts" -}}
{{- range $ring, $_ := .values.rings }}
- { name: ring-{{ $ring }}, mountPath: /etc/keyturn/rings/{{ $ring }}, readOnly: true }
{{- end }}
{{- end }}
