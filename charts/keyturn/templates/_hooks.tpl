{{/* Objects of the hook live for its job only. Takes the weight. */}}
{{- define "keyturn.crdsHook" -}}
helm.sh/hook: pre-install,pre-upgrade
helm.sh/hook-weight: {{ . | quote }}
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
{{- end }}

{{- define "keyturn.testHook" -}}
helm.sh/hook: test
helm.sh/hook-weight: {{ . | quote }}
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
{{- end }}

{{/* Whether the service that the test calls is there. "true" or nothing. */}}
{{- define "keyturn.testedService" -}}
{{- $block := get .Values.services .Values.test.service }}
{{- if and $block (ne false $block.enabled) }}true{{ end }}
{{- end }}

{{/* Its pod stays until the next test: --logs shows what it said. */}}
{{- define "keyturn.testPodHook" -}}
helm.sh/hook: test
helm.sh/hook-weight: "0"
helm.sh/hook-delete-policy: before-hook-creation
{{- end }}

{{/* Jobs go where the operator may. */}}
{{- define "keyturn.jobPlacement" }}
{{- range $key := list "nodeSelector" "tolerations" "priorityClassName" }}
{{- with get $.Values.operator $key }}
{{ $key }}: {{ toYaml . | nindent 2 }}
{{- end }}
{{- end }}
{{- end }}
